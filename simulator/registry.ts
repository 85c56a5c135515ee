// The image registries of the world: what is in them, who may pull it, and when they do not answer.
import { formatImageReference, type ImageReference, parseImageReference } from '../kubernetes/image-reference.ts';
import type { Clock } from './clock.ts';

export interface RegistryImage {
  readonly digest: string;
  /** What a node that has none of its layers must load. */
  readonly sizeBytes: number;
  /** Whether the program `true` is in it. */
  readonly hasTrue: boolean;
  /** The name of the Secret without which it cannot be pulled. */
  readonly requiresSecret?: string | undefined;
  /** Whether it says nothing of its user, so that it would run as root. */
  readonly runsAsRoot?: boolean | undefined;
}

/** What a registry answers when asked for a reference. */
export type Resolution =
  | { readonly ok: true; readonly image: RegistryImage }
  | {
      readonly ok: false;
      readonly problem: 'unknownHost' | 'connectionRefused' | 'notFound' | 'unauthorized' | 'tooManyRequests';
    };

export interface Registry {
  /** By canonical reference. */
  readonly images: ReadonlyMap<string, RegistryImage>;
  /** Puts an image under a reference (a new tag, or a tag that moves). Throws for a reference that is none. */
  setTag(reference: string, image: RegistryImage): void;
  removeTag(reference: string): void;
  /** Makes a host exist that has no images. */
  addHost(host: string): void;
  /** Whether registries refuse connections: one host, or all of them. */
  setDown(isDown: boolean, host?: string): void;
  /** A stretch of time, in milliseconds since 1970, in which they do. */
  addOutage(outage: Outage): void;
  /** How many times as long as the network allows a download takes; 1 unless set. */
  setSlowness(factor: number): void;
  slowness(): number;
  /** Asked with every request: whether it is one too many (429). */
  setRateLimit(isTooMany: (() => boolean) | undefined): void;
  /** Nodes ask a mirror in place of every registry, and name its URL where a request fails; none unless set. */
  setMirror(url: string): void;
  mirror(): string | undefined;
  /** Asks the registry for a reference, with the names of the Secrets at hand. */
  resolve(reference: ImageReference, secrets: readonly string[]): Resolution;
}

export interface Outage {
  readonly fromMilliseconds: number;
  readonly toMilliseconds: number;
  readonly host?: string | undefined;
}

function parse(text: string): ImageReference {
  const parsed = parseImageReference(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.problem}`);
  return parsed.reference;
}

/** Takes a clock and images by reference; gives the registries that hold them. */
export function createRegistry(
  clock: Pick<Clock, 'now'>,
  content: Iterable<readonly [string, RegistryImage]> = [],
): Registry {
  const images = new Map<string, RegistryImage>();
  const digests = new Map<string, RegistryImage>();
  const hosts = new Set<string>();
  const downHosts = new Set<string>();
  const outages: Outage[] = [];
  let areAllDown = false;
  let slowness = 1;
  let mirrorUrl: string | undefined;
  let isTooMany: (() => boolean) | undefined;

  function isDown(host: string): boolean {
    if (areAllDown || downHosts.has(host)) return true;
    const now = clock.now();
    return outages.some(
      (outage) => (outage.host ?? host) === host && outage.fromMilliseconds <= now && now < outage.toMilliseconds,
    );
  }

  function problemOfHost(host: string) {
    if (!hosts.has(host)) return 'unknownHost';
    if (isDown(host)) return 'connectionRefused';
    return isTooMany?.() === true ? 'tooManyRequests' : undefined;
  }

  function setTag(text: string, image: RegistryImage): void {
    const reference = parse(text);
    hosts.add(reference.registry);
    images.set(formatImageReference(reference), image);
    digests.set(`${reference.registry}/${reference.repository}@${image.digest}`, image);
  }

  function find(reference: ImageReference): RegistryImage | undefined {
    const text = formatImageReference(reference);
    return images.get(text) ?? digests.get(text);
  }

  for (const [reference, image] of content) setTag(reference, image);

  return {
    images,
    setTag,
    removeTag: (text) => {
      images.delete(formatImageReference(parse(text)));
    },
    addHost: (host) => {
      hosts.add(host);
    },
    setDown(down, host) {
      if (host === undefined) areAllDown = down;
      else if (down) downHosts.add(host);
      else downHosts.delete(host);
    },
    addOutage: (outage) => {
      outages.push(outage);
    },
    setMirror(url) {
      mirrorUrl = url;
    },
    mirror: () => mirrorUrl,
    setSlowness(factor) {
      slowness = factor;
    },
    slowness: () => slowness,
    setRateLimit(limit) {
      isTooMany = limit;
    },
    resolve(reference, secrets) {
      const problem = problemOfHost(reference.registry);
      if (problem !== undefined) return { ok: false, problem };
      const image = find(reference);
      if (image === undefined) return { ok: false, problem: 'notFound' };
      const needed = image.requiresSecret;
      if (needed !== undefined && !secrets.includes(needed)) return { ok: false, problem: 'unauthorized' };
      return { ok: true, image };
    },
  };
}
