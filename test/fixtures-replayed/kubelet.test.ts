// The evidence rule on recorded Pods of a real kubelet: success means that the image is on the node.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { type Evidence, readEvidence } from '../../hooks/pull-pod/evidence.ts';
import type { Reason } from '../../hooks/reasons.ts';
import { observedPod } from '../../metacontroller/pod.ts';

const folder = resolve(import.meta.dirname, '../fixtures/kubelet');
const podFiles = readdirSync(folder).filter((name) => name !== 'node.json');

const cached = (digest: string): Evidence => ({ kind: 'cached', digest });
const failed = (reason: Reason, message: string): Evidence => ({ kind: 'failed', reason, message });
const unpacking = (image: string) => `failed to pull and unpack image "${image}": failed to resolve image`;
const backOff = (image: string) => `Back-off pulling image "${image}": ErrImagePull: `;
/** A failed HEAD request for the manifest of `image`, whose tag is v1. */
const failedHead = (image: string, url: string, cause: string) =>
  `${unpacking(image)}: failed to do request: Head "${url}/manifests/v1": dial tcp${cause}`;
const notFound = (image: string) => `rpc error: code = NotFound desc = ${unpacking(image)}: ${image}: not found`;

const missing = '127.0.0.1:5000/team/app:missing';
const nope = '127.0.0.1:5000/team/nope:v1.0.0';
const closed = '127.0.0.1:5001/team/app:v1';
const refused = '127.0.0.1:5999/team/app:v1';
const upperCase = '127.0.0.1:5000/Team/App:v1';
const scratchDigest = 'sha256:5943f628c8a9f956f2a195b8b6f8587b6258459f0180381882c3b30f18177106';

const expected: Readonly<Record<string, Evidence>> = {
  'completed.Completed.json': cached('sha256:91faabd44669231141817dfb53ae68e650ce58b8e16e51050adb69d64a673403'),
  'image-volume.Running.json': cached(scratchDigest),
  // The image does not contain `true`, but it is on the node.
  'no-true-in-image.StartError.json': cached(scratchDigest),
  // The kubelet checks the user of the image once it has the image; it does not report the digest.
  'root-user.CreateContainerConfigError.json': cached(''),
  'connection-refused.ErrImagePull.json': failed(
    'ErrImagePull',
    failedHead(refused, 'https://127.0.0.1:5999/v2/team/app', ' 127.0.0.1:5999: connect: connection refused'),
  ),
  'unknown-host.ErrImagePull.json': failed(
    'ErrImagePull',
    failedHead(
      'nohost.invalid/team/app:v1',
      'https://nohost.invalid/v2/team/app',
      ': lookup nohost.invalid on 10.96.0.10:53: no such host',
    ),
  ),
  'tag-not-found.ErrImagePull.json': failed('ErrImagePull', notFound(missing)),
  // A repeated ErrImagePull; the ledger counts the repetitions.
  'tag-not-found.ImagePullBackOff.json': failed('ErrImagePull', backOff(missing) + notFound(missing)),
  'image-volume-missing.ImagePullBackOff.json': failed('ErrImagePull', backOff(nope) + notFound(nope)),
  'unauthorized.ImagePullBackOff.json': failed(
    'ErrImagePull',
    `${backOff(closed)}${unpacking(closed)}: pull access denied, repository does not exist or may require ` +
      'authorization: authorization failed: no basic auth credentials',
  ),
  'invalid-name.InvalidImageName.json': failed(
    'InvalidImageName',
    `Failed to apply default image tag "${upperCase}": couldn't parse image name "${upperCase}": ` +
      'invalid reference format: repository name (Team/App) must be lowercase',
  ),
  'never-pull.ErrImageNeverPull.json': failed(
    'ErrImageNeverPull',
    'Container image "127.0.0.1:5000/team/other:v1" is not present with pull policy of Never',
  ),
};

it('every recorded Pod is in the table', () => {
  expect(Object.keys(expected).sort()).toEqual([...podFiles].sort());
});

const podOf = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));

it.each(Object.entries(expected))('the recorded Pod %s is read as expected', (name, evidence) => {
  expect(readEvidence(observedPod.parse(podOf(name)))).toEqual(evidence);
});

it.each(podFiles)('the recorded Pod %s has the reason in its file name', (name) => {
  const { status } = observedPod.parse(podOf(name));
  const [, reason] = name.split('.');
  const state = status.containerStatuses?.[0]?.state;
  expect([state?.waiting?.reason, state?.terminated?.reason, status.phase]).toContain(reason);
});
