// What a sync returns: the response to Metacontroller, and the facts behind it for the log.

/** Facts for one log line: names of objects and gates, never a credential. */
export type LogFields = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export interface HookResult<Response> {
  readonly response: Response;
  readonly logFields: LogFields;
}
