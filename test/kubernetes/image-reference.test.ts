// Proves that references are parsed, refused and normalized as by github.com/distribution/reference. The values are
// those of its `reference_test.go` and `normalize_test.go`, and a few for our limits.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatImageReference,
  IMAGE_REFERENCE_LIMIT_CHARACTERS,
  type ImageParts,
  lastPathSegment,
  normalizeImage,
  parseImageReference,
} from '../../kubernetes/image-reference.ts';

const sha256 = `sha256:${'f'.repeat(64)}`;
const sha512 = `sha512:${'0a'.repeat(64)}`;
/** A repository of 255 characters. */
const longest = `${'a/'.repeat(127)}a`;
const imageId = '1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a';

function canonical(text: string): string {
  const parsed = parseImageReference(text);
  return parsed.ok ? formatImageReference(parsed.reference) : `refused: ${parsed.problem}`;
}

function problemOf(text: string): string {
  const parsed = parseImageReference(text);
  return parsed.ok ? `accepted as ${formatImageReference(parsed.reference)}` : parsed.problem;
}

test.each([
  { text: 'nginx', registry: 'docker.io', repository: 'library/nginx' },
  { text: 'test.com:tag', registry: 'docker.io', repository: 'library/test.com', tag: 'tag' },
  { text: 'test.com:5000', registry: 'docker.io', repository: 'library/test.com', tag: '5000' },
  { text: 'test:5000/repo:tag', registry: 'test:5000', repository: 'repo', tag: 'tag' },
  { text: `test:5000/repo@${sha256}`, registry: 'test:5000', repository: 'repo', digest: sha256 },
  { text: `test:5000/repo:tag@${sha256}`, registry: 'test:5000', repository: 'repo', tag: 'tag', digest: sha256 },
  { text: 'lowercase:Uppercase', registry: 'docker.io', repository: 'library/lowercase', tag: 'Uppercase' },
  { text: 'sub-dom1.foo.com/bar/baz:v', registry: 'sub-dom1.foo.com', repository: 'bar/baz', tag: 'v' },
  { text: 'b.gcr.io/test.example.com/app:1', registry: 'b.gcr.io', repository: 'test.example.com/app', tag: '1' },
  { text: 'xn--n3h.com/a:xn--n3h.com', registry: 'xn--n3h.com', repository: 'a', tag: 'xn--n3h.com' },
  { text: `xn--7o8h.com/a:t@${sha512}`, registry: 'xn--7o8h.com', repository: 'a', tag: 't', digest: sha512 },
  { text: 'foo_bar.com:8080', registry: 'docker.io', repository: 'library/foo_bar.com', tag: '8080' },
  { text: 'foo_bar.com/app', registry: 'foo_bar.com', repository: 'app' },
  { text: '192.168.1.1', registry: 'docker.io', repository: 'library/192.168.1.1' },
  { text: '192.168.1.1:tag', registry: 'docker.io', repository: 'library/192.168.1.1', tag: 'tag' },
  { text: '192.168.1.1:5000/repo:5050', registry: '192.168.1.1:5000', repository: 'repo', tag: '5050' },
  { text: '[2001:db8:1:2:3:4:5:6]/repo:tag', registry: '[2001:db8:1:2:3:4:5:6]', repository: 'repo', tag: 'tag' },
  { text: '[2001:db8::1]:5000/repo', registry: '[2001:db8::1]:5000', repository: 'repo' },
  { text: `[::1]:5000/repo:t@${sha256}`, registry: '[::1]:5000', repository: 'repo', tag: 't', digest: sha256 },
  { text: 'Foo/a', registry: 'Foo', repository: 'a' },
  { text: 'localhost/a', registry: 'localhost', repository: 'a' },
  { text: 'localhost:8080/a/b', registry: 'localhost:8080', repository: 'a/b' },
  { text: 'docker.io/debian', registry: 'docker.io', repository: 'library/debian' },
  { text: 'index.docker.io/debian', registry: 'docker.io', repository: 'library/debian' },
  { text: 'docker.io/library/foo/bar', registry: 'docker.io', repository: 'library/foo/bar' },
  { text: 'fooo/bar', registry: 'docker.io', repository: 'fooo/bar' },
  { text: 'do__cker/docker---rules', registry: 'docker.io', repository: 'do__cker/docker---rules' },
  { text: `docker.io/${imageId}`, registry: 'docker.io', repository: `library/${imageId}` },
  { text: imageId.slice(1), registry: 'docker.io', repository: `library/${imageId.slice(1)}` },
  { text: `r.io/${longest}:over-255`, registry: 'r.io', repository: longest, tag: 'over-255' },
])('the reference $text is split into its parts', ({ text, ...reference }) => {
  expect(parseImageReference(text)).toEqual({ ok: true, reference });
});

test.each([
  ['no characters', '', 'is empty'],
  ['only a tag', ':justtag', 'repository name'],
  ['only a digest', `@${sha256}`, 'repository name'],
  ['an empty tag', 'repo:', 'tag ""'],
  ['a tag that begins with a dash', 'repo:-foo', 'tag "-foo"'],
  ['an invalid character in the tag', 'registry.com:8080/myapp:invalid~tag', 'tag "invalid~tag"'],
  ['a tag of 129 characters', `repo:${'t'.repeat(129)}`, '1 to 128'],
  ['a short digest', `repo@sha256:${'f'.repeat(34)}`, '64 lower-case hexadecimal digits'],
  ['a long digest', `repo@${sha256}f`, '64 lower-case hexadecimal digits'],
  ['a sha512 digest of 64 digits', `repo@sha512:${'f'.repeat(64)}`, '128 lower-case hexadecimal digits'],
  ['a digest in upper case', `repo@sha256:${'F'.repeat(64)}`, '64 lower-case hexadecimal digits'],
  ['a digest with an invalid digit', `repo@sha256:${'m'.repeat(64)}`, '64 lower-case hexadecimal digits'],
  ['an empty digest', 'repo@', 'must begin with sha256:'],
  ['an unknown digest algorithm', `validname@invaliddigest:${'f'.repeat(64)}`, 'must begin with sha256:'],
  ['two digests', `repo@${sha256}@${sha256}`, '64 lower-case hexadecimal digits'],
  ['upper case in the repository', 'Uppercase:tag', 'must be in lower case'],
  ['upper case after a host', 'Foo/FarB', 'must be in lower case'],
  ['a repository of 257 characters', `${'a/'.repeat(128)}a:tag`, 'longer than 255 characters'],
  ['letters outside of ASCII', 'réseau/app', 'repository name'],
  ['a line break at the end', 'nginx\n', 'repository name "library/nginx\\n"'],
  ['a space', 'my image', 'repository name'],
  ['a scheme', 'https://github.com/docker/docker', 'scheme'],
  ['a dash at the beginning', '-docker/docker', 'repository name'],
  ['a dash at the end of a component', 'docker-/docker', 'repository name'],
  ['a dash before the host', '-docker.io/docker/docker', 'registry "-docker.io"'],
  ['empty components', 'docker///docker', 'repository name'],
  ['nothing after the slash', 'docker/', 'repository name'],
  ['only underscores in a component', '____/____', 'repository name'],
  ['two dots in the host', 'dock..er/docker', 'registry "dock..er"'],
  ['two dots in the path', 'example.com/nodouble..dots/myimage', 'repository name'],
  ['an underscore next to a dot', 'quay.io/dock_.er/docker', 'repository name'],
  ['three underscores', 'dock___er/docker', 'repository name'],
  ['an underscore in a host with a port', 'bad_hostname.com:8080/myapp:tag', 'registry "bad_hostname.com:8080"'],
  ['a port that is not a number', 'foo.com:http/bar', 'registry "foo.com:http"'],
  ['only an IPv6 host', '[fc00::1]', 'repository name'],
  ['an IPv6 host without brackets', 'fc00::1:5000/debian', 'registry "fc00::1:5000"'],
  ['an IPv6 host with a zone', '[fe80::1%eth0]:5000/debian', 'registry "[fe80::1%eth0]:5000"'],
  ['an IPv4 address inside IPv6', '[2001:db8:3:4::192.0.2.33]:5000/debian', 'registry'],
  ['two colons before the port', '[fd00:1:2::3]::75050/a', 'registry'],
  ['an image ID instead of a name', imageId, '64 hexadecimal digits'],
  ['a slash at the beginning', '/app', 'repository name "/app"'],
  ['a tag instead of a repository', 'quay.io/:1', 'repository name ""'],
  ['a digest algorithm without digits', 'repo@sha256', 'the digest "sha256" must begin with sha256: or sha512:'],
  ['a registry of 260 characters', `${'a'.repeat(257)}.io/a`, 'registry is longer than 259 characters'],
  ['1,024 characters', 'a'.repeat(IMAGE_REFERENCE_LIMIT_CHARACTERS), 'longer than 255 characters'],
  [
    'an invalid tag of 64 characters, which is quoted in full,',
    `repo:-${'t'.repeat(63)}`,
    `the tag "-${'t'.repeat(63)}" must`,
  ],
  [
    'an invalid tag of 65 characters, which is quoted in part,',
    `repo:-${'t'.repeat(64)}`,
    `the tag "-${'t'.repeat(63)}…" must`,
  ],
  ['1,025 characters', 'a'.repeat(IMAGE_REFERENCE_LIMIT_CHARACTERS + 1), 'longer than 1024 characters'],
])('a reference with %s is refused', (_what, text, expected) => {
  expect(problemOf(text)).toContain(expected);
});

test('a registry may have 259 characters', () => {
  const registry = `${'a'.repeat(256)}.io`;
  expect(canonical(`${registry}/a:1`)).toBe(`${registry}/a:1`);
});

test.each([
  ['busybox', 'docker.io/library/busybox:latest'],
  ['docker.io/busybox', 'docker.io/library/busybox:latest'],
  ['gcr.io/library/busybox', 'gcr.io/library/busybox:latest'],
  [`busybox@${sha256}`, `docker.io/library/busybox@${sha256}`],
  [`gcr.io/library/busybox:1@${sha256}`, `gcr.io/library/busybox@${sha256}`],
  ['127.0.0.1:8000/private/moonbase', '127.0.0.1:8000/private/moonbase:latest'],
])('the canonical reference of %s is %s', (text, expected) => {
  expect(canonical(text)).toBe(expected);
});

test.each<[fields: ImageParts, expected: string]>([
  [{ image: 'nginx' }, 'docker.io/library/nginx:latest'],
  [{ image: 'nginx', tag: '1.27' }, 'docker.io/library/nginx:1.27'],
  [{ image: 'ghcr.io/a/b', digest: sha256 }, `ghcr.io/a/b@${sha256}`],
  [{ image: 'nginx', tag: '', digest: '' }, 'docker.io/library/nginx:latest'],
  [{ image: 'nginx', tag: undefined, digest: undefined }, 'docker.io/library/nginx:latest'],
  [{ image: 'localhost:5000/a', tag: '1' }, 'localhost:5000/a:1'],
  [{ image: 'nginx:1.27' }, 'refused: image must not contain a tag or a digest ("1.27")'],
  [{ image: `nginx@${sha256}` }, 'refused: image must not contain a tag or a digest'],
  [{ image: 'nginx', tag: '1', digest: sha256 }, 'refused: tag and digest exclude each other'],
  [{ image: 'nginx', tag: 'a b' }, 'refused: the tag "a b"'],
  [{ image: 'nginx', digest: 'f'.repeat(64) }, 'refused: the digest'],
  [{ image: '' }, 'refused: the image reference is empty'],
  [{ image: 'Nginx', tag: '1' }, 'refused: the repository name "library/Nginx"'],
])('the image fields %j become: %s', (fields, expected) => {
  const normalized = normalizeImage(fields);
  const result = normalized.ok ? normalized.reference : `refused: ${normalized.problem}`;
  expect(result.slice(0, expected.length)).toBe(expected);
});

test.each([
  ['library/nginx', 'nginx'],
  ['team/sub/app', 'app'],
])('the last path segment of %s is %s', (repository, expected) => {
  expect(lastPathSegment({ repository })).toBe(expected);
});

const pieces = ['a', 'B', '0', '-', '_', '.', '/', ':', '@', '[', ']', '::1', 'docker.io', 'localhost', '5000', sha256];
const referenceLike = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((chosen) => chosen.join(''));

test('a canonical reference is its own canonical reference', () => {
  fc.assert(
    fc.property(referenceLike, (text) => {
      const once = canonical(text);
      expect(once.startsWith('refused') || canonical(once) === once).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('any text becomes a reference or an error within the length limit', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
      expect(canonical(text).length).toBeLessThanOrEqual(IMAGE_REFERENCE_LIMIT_CHARACTERS);
    }),
  );
});

test.each([
  ['letters', 'a'.repeat(1_000_000)],
  ['dashes', `a${'-'.repeat(1_022)}!`],
  ['dotted hosts', `${'a-'.repeat(500)}.!/a`],
  ['underscores', `quay.io/${'a_'.repeat(500)}!`],
  ['colons in brackets', `[${':'.repeat(1_000)}/a`],
])('a hostile reference of many %s is refused within 100 ms', (_what, text) => {
  const before = performance.now();
  expect(parseImageReference(text).ok).toBe(false);
  expect(performance.now() - before).toBeLessThan(100);
});
