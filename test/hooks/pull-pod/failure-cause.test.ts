// The cause of a failed pull survives the length limit of a message, however long the name of the image is.
import { expect, test } from 'vitest';
import { MESSAGE_LIMIT_CHARACTERS } from '../../../crds/limits.ts';
import { causeOf, causeOfFailure } from '../../../hooks/pull-pod/failure-cause.ts';

const longName = 'registry.gitlab.example/gitlab-org/gitlab-runner/gitlab-runner-helper:x86_64-v17.5.0';
const unpack = (reference: string) => `failed to pull and unpack image "${reference}": `;

test.each([
  [
    'the prefix of containerd is removed',
    `${unpack(longName)}failed to resolve image: ${longName}: not found`,
    `failed to resolve image: ${longName}: not found`,
  ],
  [
    'the prefixes of a repeated failure are removed',
    `Back-off pulling image "${longName}": ErrImagePull: rpc error: code = NotFound desc = ${unpack('a')}not found`,
    'not found',
  ],
  [
    'the outermost parts of a message that is too long are removed, until the rest fits',
    `${unpack('a')}failed to do request: Head "https://${'x'.repeat(300)}": dial tcp: lookup x: no such host`,
    'dial tcp: lookup x: no such host',
  ],
  ['a message without parts is cut at its beginning', 'x'.repeat(300), `…${'x'.repeat(255)}`],
  [
    'a part with a digest and a quoted name is removed whole',
    `failed to extract layer (application/vnd.oci.image.layer.v1.tar+gzip sha256:${'a'.repeat(64)}) ` +
      `to overlayfs as "extract-1-x sha256:${'b'.repeat(64)}": write /var/lib/containerd/io.containerd.snapshotter.v1` +
      '.overlayfs/snapshots/105/fs/usr/lib/libx.so: no space left on device',
    'write /var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/105/fs/usr/lib/libx.so: ' +
      'no space left on device',
  ],
  ['a message that ends after its only part is cut at its beginning', `${'x'.repeat(300)}: `, `…${'x'.repeat(253)}: `],
  ['an empty message is not changed', '', ''],
])('%s', (_title, message, cause) => {
  expect(causeOf(message, MESSAGE_LIMIT_CHARACTERS)).toBe(cause);
});

test('a message of exactly the limit keeps all its parts', () => {
  expect(causeOf('one: two', 'one: two'.length)).toBe('one: two');
  expect(causeOf('one: two', 'one: two'.length - 1)).toBe('two');
});

test('nothing but an ellipsis is left of a message without a place for it', () => {
  expect(causeOf('not found', 0)).toBe('…');
});

test('the name of an init container and its reason stay in front of the cause', () => {
  const message = `istio-init: ErrImagePull: ${unpack(longName)}failed to resolve image: ${longName}: not found`;
  expect(causeOfFailure({ reason: 'InitContainerFailed', message }, 60)).toBe('istio-init: ErrImagePull: not found');
  expect(causeOfFailure({ reason: 'InitContainerFailed', message: 'no prefix' }, 60)).toBe('no prefix');
  expect(causeOfFailure({ reason: 'ErrImagePull', message }, 60)).toBe('not found');
});
