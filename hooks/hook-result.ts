// What a sync returns: the response to Metacontroller, and the facts behind it for the log.

/** Facts for one log line: names of objects and gates, never a credential. */
export type LogFields = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** A fact about the parent that happened once, for example the start of a pull. */
export interface ParentEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  /** Redacted. */
  readonly message: string;
  /** Together with the UID of the parent and the reason, the identity of the fact. Syncs can repeat a fact. */
  readonly key: string;
}

/** The outcome of one pull, for metrics. */
export interface PullOutcome {
  /** UID of the Pod. Another sync can return the same outcome again if the write of its status was lost. */
  readonly podUid: string;
  /** The image as the spec writes it, without tag and digest. */
  readonly image: string;
  readonly node: string;
  /** How long a successful pull took; undefined for a failed one. */
  readonly seconds: number | undefined;
}

/** The loss of an image on a node, for metrics. */
export interface ImageRemoval {
  /** Identifies the loss: another sync can return it again. */
  readonly id: string;
  /** The image as the spec writes it, without tag and digest. */
  readonly image: string;
}

export interface HookResult<Response> {
  readonly response: Response;
  readonly logFields: LogFields;
  readonly events?: readonly ParentEvent[];
  readonly pullOutcomes?: readonly PullOutcome[];
  readonly removals?: readonly ImageRemoval[];
}
