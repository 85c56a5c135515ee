// What a hook answers, as Metacontroller's hook version v2 reads it.

/** An object that is to exist, built from scratch. */
export interface DesiredObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
}

export interface CompositeSyncResponse {
  /** The whole status; a part that is missing is wiped. */
  readonly status: Readonly<Record<string, unknown>>;
  readonly children: readonly DesiredObject[];
  /** Seconds until Metacontroller asks again; absent means when something changes. */
  readonly resyncAfterSeconds?: number;
}

export interface DecoratorSyncResponse {
  readonly attachments: readonly DesiredObject[];
  readonly resyncAfterSeconds?: number;
}

interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

/** A group of objects that a sync wants to see: by labels or by names, never both. */
export type RelatedResourceRule = {
  readonly apiVersion: string;
  readonly resource: string;
  readonly namespace?: string;
} & (
  | {
      readonly labelSelector: {
        readonly matchLabels?: Readonly<Record<string, string>>;
        readonly matchExpressions?: readonly LabelSelectorRequirement[];
      };
    }
  | { readonly names: readonly string[] }
);

export interface CustomizeResponse {
  readonly relatedResources: readonly RelatedResourceRule[];
}
