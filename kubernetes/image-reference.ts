// Parses, validates and normalizes image references. Two references to the same image must be recognized as one pull.
// Ported from github.com/distribution/reference: `regexp.go`, `reference.go` and `normalize.go`.

/** Longer text is refused without parsing. The longest canonical reference has 651 characters. */
export const IMAGE_REFERENCE_LIMIT_CHARACTERS = 1024;

/** 253 characters of a DNS name, a colon and a port of 5 digits. */
const REGISTRY_LIMIT_CHARACTERS = 259;

/** Maximum length of a repository without the registry: `RepositoryNameTotalLengthMax` of distribution/reference. */
export const REPOSITORY_LIMIT_CHARACTERS = 255;

/** Maximum length of a tag: `TagRegexp` of distribution/reference. */
export const TAG_LIMIT_CHARACTERS = 128;

/** Maximum length of an image name without tag and digest: registry, slash and repository. */
export const IMAGE_NAME_LIMIT_CHARACTERS = REGISTRY_LIMIT_CHARACTERS + 1 + REPOSITORY_LIMIT_CHARACTERS;

const QUOTE_LIMIT_CHARACTERS = 64;

/** Docker Hub. */
export const DEFAULT_REGISTRY = 'docker.io';
/** Another name of Docker Hub, which is normalised to `docker.io`. */
export const LEGACY_DEFAULT_REGISTRY = 'index.docker.io';
/** Precedes a Docker Hub repository that has a single path segment, such as `nginx`. */
export const OFFICIAL_PREFIX = 'library/';
const DEFAULT_TAG = 'latest';

const hostPart = '[a-zA-Z0-9]+(?:-+[a-zA-Z0-9]+)*';
const registryPattern = new RegExp(`^(?:${hostPart}(?:\\.${hostPart})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const pathPart = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const pathPartPattern = new RegExp(`^${pathPart}$`);
/** A repository without the registry. Does not check the length. */
export const repositoryPattern = new RegExp(`^${pathPart}(?:/${pathPart})*$`);
/** Does not check the length. */
export const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
const identifierPattern = /^[a-f0-9]{64}$/;
const lowerHexPattern = /^[a-f0-9]*$/;

/** Hexadecimal digits by algorithm: `algorithm.go` of github.com/opencontainers/go-digest. */
const digestLengthHexDigits: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha512', 128],
]);
const digestSources = [...digestLengthHexDigits].map(([algorithm, digits]) => `${algorithm}:[a-f0-9]{${digits}}`);
export const digestPattern = new RegExp(`^(?:${digestSources.join('|')})$`);
/** `sha512:` and 128 hexadecimal digits. */
export const DIGEST_LIMIT_CHARACTERS = 135;

/** A normalized reference: registry and, for official images of Docker Hub, `library/` are never omitted. */
export type ImageReference = {
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
};

export type ParsedImageReference =
  | { readonly ok: true; readonly reference: ImageReference }
  | { readonly ok: false; readonly problem: string };

/** The fields of a CachedImage that name its image. An empty tag or digest counts as absent. */
export type ImageParts = {
  readonly image: string;
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
};

export type NormalizedImage =
  | { readonly ok: true; readonly reference: string }
  | { readonly ok: false; readonly problem: string };

/**
 * Parses a reference such as `nginx`, `quay.io/a/b:1` or `[::1]:5000/a@sha256:...` into its normalized parts, in
 * linear time. An invalid reference returns one sentence. Ported from `ParseNormalizedNamed` and `Parse` of
 * distribution/reference. Unlike upstream, sha256 and sha512 are the only digest algorithms.
 */
export function parseImageReference(text: string): ParsedImageReference {
  const refusal = refusalOfText(text);
  if (refusal !== undefined) {
    return { ok: false, problem: refusal };
  }
  const { registry, remainder } = splitRegistry(text);
  const { repository, tag, digest } = splitRemainder(remainder);
  const problem =
    problemOfRegistry(registry) ?? problemOfRepository(repository) ?? problemOfTag(tag) ?? problemOfDigest(digest);
  if (problem !== undefined) {
    return { ok: false, problem };
  }
  return {
    ok: true,
    reference: {
      registry,
      repository,
      ...(tag !== undefined && { tag }),
      ...(digest !== undefined && { digest }),
    },
  };
}

/**
 * Returns `registry/repository@digest` for a reference with a digest, without its tag. Returns
 * `registry/repository:tag` for a reference without a digest; the tag defaults to `latest`. Ported from
 * `ParseDockerRef` of distribution/reference `normalize.go`.
 */
export function formatImageReference(reference: ImageReference): string {
  const name = `${reference.registry}/${reference.repository}`;
  return reference.digest === undefined ? `${name}:${reference.tag ?? DEFAULT_TAG}` : `${name}@${reference.digest}`;
}

/**
 * Returns the canonical reference of a CachedImage, or one sentence for invalid fields. `image` must not contain a
 * tag or a digest. Only one of `tag` and `digest` may be set. Callers may pass a memoized `parseImageReference` as
 * `parse`.
 */
export function normalizeImage(parts: ImageParts, parse = parseImageReference): NormalizedImage {
  const tag = parts.tag || undefined;
  const digest = parts.digest || undefined;
  if (tag !== undefined && digest !== undefined) {
    return { ok: false, problem: 'tag and digest exclude each other' };
  }
  const parsed = parse(parts.image);
  if (!parsed.ok) {
    return parsed;
  }
  const problem = problemOfBareImage(parsed.reference) ?? problemOfTag(tag) ?? problemOfDigest(digest);
  if (problem !== undefined) {
    return { ok: false, problem };
  }
  const { registry, repository } = parsed.reference;
  const reference = {
    registry,
    repository,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
  return { ok: true, reference: formatImageReference(reference) };
}

/** Returns the reference without normalising it: `nginx:1.25` for `{image: nginx, tag: 1.25}`. */
export function writtenImage({ image, tag, digest }: ImageParts): string {
  return digest ? `${image}@${digest}` : `${image}:${tag || DEFAULT_TAG}`;
}

/** Returns `app` for `quay.io/team/app`. */
export function lastPathSegment(reference: Pick<ImageReference, 'repository'>): string {
  return reference.repository.slice(reference.repository.lastIndexOf('/') + 1);
}

function refusalOfText(text: string): string | undefined {
  if (text === '') {
    return 'the image reference is empty';
  }
  if (text.length > IMAGE_REFERENCE_LIMIT_CHARACTERS) {
    return `the image reference is longer than ${IMAGE_REFERENCE_LIMIT_CHARACTERS} characters`;
  }
  if (text.includes('://')) {
    return 'the image reference must not begin with a scheme such as https://';
  }
  if (identifierPattern.test(text)) {
    return 'the repository name must not consist of 64 hexadecimal digits, which would look like an image ID';
  }
  return undefined;
}

/** Ported from `splitDockerDomain` of distribution/reference `normalize.go`. */
function splitRegistry(text: string): { registry: string; remainder: string } {
  const slash = text.indexOf('/');
  if (slash < 0 || !looksLikeRegistry(text.slice(0, slash))) {
    return { registry: DEFAULT_REGISTRY, remainder: slash < 0 ? OFFICIAL_PREFIX + text : text };
  }
  const first = text.slice(0, slash);
  const registry = first === LEGACY_DEFAULT_REGISTRY ? DEFAULT_REGISTRY : first;
  const remainder = text.slice(slash + 1);
  const isOfficial = registry === DEFAULT_REGISTRY && !remainder.includes('/');
  return { registry, remainder: isOfficial ? OFFICIAL_PREFIX + remainder : remainder };
}

/** A repository must be in lower case, so a first segment with upper case can only be a host. */
function looksLikeRegistry(segment: string): boolean {
  return segment === 'localhost' || /[.:]/.test(segment) || segment !== segment.toLowerCase();
}

function splitRemainder(remainder: string): {
  repository: string;
  tag: string | undefined;
  digest: string | undefined;
} {
  const [name, digest] = cut(remainder, '@');
  const [repository, tag] = cut(name, ':');
  return { repository, tag, digest };
}

function cut(text: string, separator: string): readonly [string, string | undefined] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

/** Like upstream, accepts a host with an underscore that has no port, because it matches as a path component. */
function problemOfRegistry(registry: string): string | undefined {
  if (registry.length > REGISTRY_LIMIT_CHARACTERS) {
    return `the registry is longer than ${REGISTRY_LIMIT_CHARACTERS} characters`;
  }
  if (registryPattern.test(registry) || pathPartPattern.test(registry)) {
    return undefined;
  }
  return `the registry ${quote(registry)} is not a host with an optional port`;
}

function problemOfRepository(repository: string): string | undefined {
  if (repository !== repository.toLowerCase()) {
    return `the repository name ${quote(repository)} must be in lower case`;
  }
  if (!repositoryPattern.test(repository)) {
    const rule = 'lower-case letters and digits, separated by single dots, one or two underscores, dashes or slashes';
    return `the repository name ${quote(repository)} must consist of ${rule}`;
  }
  if (repository.length > REPOSITORY_LIMIT_CHARACTERS) {
    return `the repository name is longer than ${REPOSITORY_LIMIT_CHARACTERS} characters`;
  }
  return undefined;
}

function problemOfTag(tag: string | undefined): string | undefined {
  if (tag === undefined || (tag.length <= TAG_LIMIT_CHARACTERS && tagPattern.test(tag))) {
    return undefined;
  }
  const rule = '1 to 128 letters, digits, underscores, dots and dashes, and must not begin with a dot or a dash';
  return `the tag ${quote(tag)} must have ${rule}`;
}

function problemOfDigest(digest: string | undefined): string | undefined {
  if (digest === undefined) {
    return undefined;
  }
  const [algorithm, hex] = cut(digest, ':');
  const expectedHexDigits = digestLengthHexDigits.get(algorithm);
  if (hex === undefined || expectedHexDigits === undefined) {
    return `the digest ${quote(digest)} must begin with sha256: or sha512:`;
  }
  if (hex.length !== expectedHexDigits || !lowerHexPattern.test(hex)) {
    const rule = `${expectedHexDigits} lower-case hexadecimal digits after the colon`;
    return `a ${algorithm} digest must have ${rule}, not ${quote(hex)}`;
  }
  return undefined;
}

function problemOfBareImage(reference: ImageReference): string | undefined {
  const extra = reference.digest === undefined ? reference.tag : reference.digest;
  return extra === undefined
    ? undefined
    : `image must not contain a tag or a digest (${quote(extra)}): use the field tag or digest`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > QUOTE_LIMIT_CHARACTERS ? `${text.slice(0, QUOTE_LIMIT_CHARACTERS)}…` : text);
}
