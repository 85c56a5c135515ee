// The responses of the hooks, as Metacontroller's hook version v2 reads them.

/** A desired child, built from scratch. */
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

export interface CompositeSyncResponse<Status extends object> {
  /** The whole status: Metacontroller removes a field that is missing. */
  readonly status: Status;
  readonly children: readonly DesiredObject[];
  /** Seconds until the next sync. Absent: when an object changes. */
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

/** Selects related objects by labels or by names, never both. */
type RelatedResourceRule = {
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
