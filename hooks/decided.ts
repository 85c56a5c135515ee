// An answer and, in words for the log, how it came about.

/** Facts for one log line; names of objects and gates, never anything secret. */
export type Decision = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export interface Decided<Response> {
  readonly response: Response;
  readonly decision: Decision;
}
