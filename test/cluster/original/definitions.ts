// The CustomResourceDefinitions of the original Drop, written by hand from its documented fields. They differ from ours
// in their limits, columns and status fields.

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const flag: Schema = { type: 'boolean' };
const whole: Schema = { type: 'integer', format: 'int32' };
const time: Schema = { type: 'string', format: 'date-time' };
const texts: Schema = { type: 'object', additionalProperties: text };
const object = (properties: Schema, required: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  ...(required.length > 0 ? { required } : {}),
});
const list = (items: Schema): Schema => ({ type: 'array', items });
const quantity: Schema = { 'x-kubernetes-int-or-string': true };

const reference = object({ name: { ...text, default: '' } });
const toleration = object({
  key: text,
  operator: text,
  value: text,
  effect: text,
  tolerationSeconds: { type: 'integer', format: 'int64' },
});
const imageFields = { image: { ...text, minLength: 1 }, tag: text, digest: text };
const pullFields = {
  imagePullPolicy: { ...text, enum: ['Always', 'IfNotPresent', 'Never'], default: 'Always' },
  imagePullSecrets: list(reference),
  nodeSelector: texts,
  tolerations: list(toleration),
  policyRef: reference,
};
const conditions = list(
  object({
    type: text,
    status: text,
    reason: text,
    message: text,
    lastTransitionTime: time,
    observedGeneration: { type: 'integer', format: 'int64' },
  }),
);

const prometheus = object({
  endpoint: { ...text, minLength: 1 },
  query: { ...text, minLength: 1 },
  queryType: text,
  lookback: text,
  step: text,
});
const registry = object({
  url: { ...text, minLength: 1 },
  repositories: list(text),
  tagFilter: text,
  tagSeek: text,
  topX: whole,
  maxScan: whole,
  versionPattern: text,
  imageTemplate: text,
});
const blocks = { prometheus, registry, secretRef: reference };
const signal = object({ name: text, query: text, type: text, aggregate: object({ method: text }) }, ['name', 'query']);
const ranking = object({
  strategy: text,
  signal: text,
  weightedSum: object({
    normalize: text,
    missingSignal: text,
    terms: list(object({ signal: text, weight: quantity }, ['signal', 'weight'])),
  }),
});
const discovered = object({ image: text, rank: whole, finalScore: text, score: whole, source: text }, ['image']);

interface OriginalKind {
  readonly kind: string;
  readonly plural: string;
  readonly shortName: string;
  readonly spec: Schema;
  readonly status: Schema;
}

const kinds: readonly OriginalKind[] = [
  {
    kind: 'CachedImage',
    plural: 'cachedimages',
    shortName: 'ci',
    spec: object({ ...imageFields, ...pullFields }, ['image']),
    status: object({
      phase: text,
      ready: text,
      nodesTargeted: whole,
      nodesReady: whole,
      cachedNodes: list(text),
      lastPulledAt: time,
      conditions,
    }),
  },
  {
    kind: 'CachedImageSet',
    plural: 'cachedimagesets',
    shortName: 'cis',
    spec: object({ images: list(object(imageFields, ['image'])), discoveryPolicyRef: reference, ...pullFields }),
    status: object({ phase: text, ready: text, imagesManaged: whole, imagesReady: whole, conditions }),
  },
  {
    kind: 'PullPolicy',
    plural: 'pullpolicies',
    shortName: 'pp',
    spec: object({
      maxConcurrentNodes: { ...whole, minimum: 1, default: 1 },
      minDelayBetweenPulls: { ...text, default: '10s' },
      failureBackoff: object({ initial: text, max: text }),
      paused: flag,
    }),
    status: object({ lastStartTime: time, conditions }),
  },
  {
    kind: 'DiscoveryPolicy',
    plural: 'discoverypolicies',
    shortName: 'dp',
    spec: object({
      sources: list(object({ type: text, ...blocks }, ['type'])),
      queries: list(object({ name: text, type: text, ...blocks }, ['name', 'type'])),
      signals: list(signal),
      ranking,
      imageFilter: text,
      syncInterval: { ...text, default: '30m' },
      maxImages: { ...whole, minimum: 1, default: 50 },
    }),
    status: object({
      lastSyncTime: time,
      sourceCount: whole,
      imageCount: whole,
      discoveredImages: list(discovered),
      queryResults: list(object({ name: text, type: text, status: text, message: text })),
      conditions,
    }),
  },
];

function definition({ kind, plural, shortName, spec, status }: OriginalKind): Schema {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.drop.corewire.io`,
      annotations: { 'controller-gen.kubebuilder.io/version': 'v0.17.2' },
    },
    spec: {
      group: 'drop.corewire.io',
      scope: 'Cluster',
      names: {
        kind,
        plural,
        singular: kind.toLowerCase(),
        listKind: `${kind}List`,
        shortNames: [shortName],
        categories: ['drop'],
      },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [{ name: 'Phase', type: 'string', jsonPath: '.status.phase' }],
          schema: {
            openAPIV3Schema: object({ apiVersion: text, kind: text, metadata: { type: 'object' }, spec, status }),
          },
        },
      ],
    },
  };
}

export const originalDefinitions: readonly object[] = kinds.map(definition);
