// The image registries of the simulated cluster: their images, pull secrets and failures.
import { formatImageReference, type ImageReference, parseImageReference } from '../kubernetes/image-reference.ts';

export interface RegistryImage {
  readonly digest: string;
  /** Download size for a node that has none of the layers. */
  readonly sizeBytes: number;
  /** Whether the image contains the program `true`. */
  readonly hasTrue: boolean;
  /** Name of the Secret that a pull needs. */
  readonly requiresSecret?: string | undefined;
  /** Whether the image sets no user, so that its containers would run as root. */
  readonly runsAsRoot?: boolean | undefined;
}

export type ResolutionProblem = 'unknownHost' | 'connectionRefused' | 'notFound' | 'unauthorized' | 'tooManyRequests';

/** Result of a manifest request. */
export type Resolution =
  | { readonly ok: true; readonly image: RegistryImage }
  | { readonly ok: false; readonly problem: ResolutionProblem };

export interface Registry {
  /** By canonical reference. */
  readonly images: ReadonlyMap<string, RegistryImage>;
  /** Publishes an image under a new tag, or moves a tag. Throws for an invalid reference. */
  setTag(reference: string, image: RegistryImage): void;
  removeTag(reference: string): void;
  /** Makes a host resolve that has no images. */
  addHost(host: string): void;
  /** Makes one host, or all of them, refuse connections. */
  setDown(isDown: boolean, host?: string): void;
  /** Multiplies download times; 1 unless set. */
  setSlowness(factor: number): void;
  slowness(): number;
  /** Called for every request; true means 429. */
  setRateLimit(isTooMany: (() => boolean) | undefined): void;
  /** Makes a host serve every image of the other hosts as `<host>/<registry>/<repository>`. */
  setPullThroughHost(host: string): void;
  /** Nodes send requests to this mirror and name its URL in failures; none unless set. */
  setMirror(url: string): void;
  mirror(): string | undefined;
  /** The image of a reference, whatever a request would return: a host may be down, a Secret may be needed. */
  find(reference: ImageReference): RegistryImage | undefined;
  /** A manifest request with the names of the pull Secrets that exist. */
  resolve(reference: ImageReference, secrets: readonly string[]): Resolution;
}

interface RegistryState {
  readonly images: Map<string, RegistryImage>;
  readonly imagesByDigest: Map<string, RegistryImage>;
  readonly hosts: Set<string>;
  readonly downHosts: Set<string>;
  areAllDown: boolean;
  slowness: number;
  mirror: string | undefined;
  pullThroughHost: string | undefined;
  isTooMany: (() => boolean) | undefined;
}

function parse(text: string): ImageReference {
  const parsed = parseImageReference(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.problem}`);
  return parsed.reference;
}

function isDown({ areAllDown, downHosts }: RegistryState, host: string): boolean {
  return areAllDown || downHosts.has(host);
}

function setDown(state: RegistryState, isDownNow: boolean, host: string | undefined): void {
  if (host === undefined) state.areAllDown = isDownNow;
  else if (isDownNow) state.downHosts.add(host);
  else state.downHosts.delete(host);
}

function setTag({ hosts, images, imagesByDigest }: RegistryState, text: string, image: RegistryImage): void {
  const reference = parse(text);
  hosts.add(reference.registry);
  images.set(formatImageReference(reference), image);
  imagesByDigest.set(`${reference.registry}/${reference.repository}@${image.digest}`, image);
}

function problemOfHost(state: RegistryState, host: string): ResolutionProblem | undefined {
  if (!state.hosts.has(host)) return 'unknownHost';
  if (isDown(state, host)) return 'connectionRefused';
  return state.isTooMany?.() === true ? 'tooManyRequests' : undefined;
}

function upstreamOf({ pullThroughHost }: RegistryState, reference: ImageReference): ImageReference {
  const [registry = '', ...path] = reference.repository.split('/');
  return reference.registry === pullThroughHost ? { ...reference, registry, repository: path.join('/') } : reference;
}

function find(state: RegistryState, requested: ImageReference): RegistryImage | undefined {
  const text = formatImageReference(upstreamOf(state, requested));
  return state.images.get(text) ?? state.imagesByDigest.get(text);
}

function resolve(state: RegistryState, requested: ImageReference, secrets: readonly string[]): Resolution {
  const problem = problemOfHost(state, upstreamOf(state, requested).registry);
  if (problem !== undefined) return { ok: false, problem };
  const image = find(state, requested);
  if (image === undefined) return { ok: false, problem: 'notFound' };
  const needed = image.requiresSecret;
  if (needed !== undefined && !secrets.includes(needed)) return { ok: false, problem: 'unauthorized' };
  return { ok: true, image };
}

function emptyState(): RegistryState {
  return {
    images: new Map(),
    imagesByDigest: new Map(),
    hosts: new Set(),
    downHosts: new Set(),
    areAllDown: false,
    slowness: 1,
    mirror: undefined,
    pullThroughHost: undefined,
    isTooMany: undefined,
  };
}

export function createRegistry(): Registry {
  const state = emptyState();
  return {
    images: state.images,
    setTag: (reference, image) => setTag(state, reference, image),
    removeTag: (reference) => {
      state.images.delete(formatImageReference(parse(reference)));
    },
    addHost: (host) => {
      state.hosts.add(host);
    },
    setDown: (isDownNow, host) => setDown(state, isDownNow, host),
    setSlowness: (factor) => {
      state.slowness = factor;
    },
    slowness: () => state.slowness,
    setRateLimit: (isTooMany) => {
      state.isTooMany = isTooMany;
    },
    setPullThroughHost: (host) => {
      state.pullThroughHost = host;
    },
    setMirror: (url) => {
      state.mirror = url;
    },
    mirror: () => state.mirror,
    find: (reference) => find(state, reference),
    resolve: (reference, secrets) => resolve(state, reference, secrets),
  };
}
