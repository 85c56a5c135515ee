// An answer and, in words for the log, how it came about.

/** Facts for one log line; names of objects and gates, never anything secret. */
export type LogFields = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export interface HookResult<Response> {
  readonly response: Response;
  readonly logFields: LogFields;
}
