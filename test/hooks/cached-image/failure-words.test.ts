// Proves that the cause of a failed pull reaches the person, however long the name of the image is, with what to do about it.
import { describe, expect, it } from 'vitest';
import { MESSAGE_LIMIT_CHARACTERS } from '../../../crds/limits.ts';
import { failureMessageOf } from '../../../hooks/cached-image/failure.ts';
import { causeOf } from '../../../hooks/pull-pod/failure-cause.ts';

const long = 'registry.gitlab.example/gitlab-org/gitlab-runner/gitlab-runner-helper:x86_64-v17.5.0';
const manifest =
  'https://registry.gitlab.example/v2/gitlab-org/gitlab-runner/gitlab-runner-helper/manifests/x86_64-v17.5.0';
const unpack = (reference: string) => `failed to pull and unpack image "${reference}": `;

const table: readonly (readonly [what: string, message: string, cause: string, advice: string])[] = [
  [
    'an unknown host, in a long name',
    `${unpack(long)}failed to resolve image: failed to do request: Head "${manifest}": dial tcp: lookup registry.gitlab.example: no such host`,
    `failed to resolve image: failed to do request: Head "${manifest}": dial tcp: lookup registry.gitlab.example: no such host`,
    'unknown host: check the name of the registry',
  ],
  [
    'an unknown host, in a name so long that nothing else would fit',
    `${unpack('x'.repeat(300))}failed to do request: Head "https://${'x'.repeat(300)}": dial tcp: lookup x: no such host`,
    'dial tcp: lookup x: no such host',
    'unknown host: check the name of the registry',
  ],
  [
    'a missing tag, the second time',
    `Back-off pulling image "${long}": ErrImagePull: rpc error: code = NotFound desc = ${unpack(long)}failed to resolve image: ${long}: not found`,
    `failed to resolve image: ${long}: not found`,
    'not found: check image, tag and digest',
  ],
  [
    'another platform',
    `${unpack('a')}no match for platform in manifest sha256:0123: not found`,
    'no match for platform in manifest sha256:0123: not found',
    'not built for the platform of the node: check nodeSelector, or push an image for it',
  ],
  [
    'a registry that fails',
    `${unpack('a')}unexpected status from HEAD request to ${manifest}: 500 Internal Server Error`,
    `unexpected status from HEAD request to ${manifest}: 500 Internal Server Error`,
    'the registry failed by itself: look there',
  ],
  [
    'a registry in repair',
    'unexpected status code 503 Service Unavailable',
    'unexpected status code 503 Service Unavailable',
    'the registry failed by itself: look there',
  ],
  [
    'wrong bytes',
    `${unpack('a')}commit failed: unexpected commit digest sha256:1, expected sha256:2: failed precondition`,
    'commit failed: unexpected commit digest sha256:1, expected sha256:2: failed precondition',
    'the registry sent other bytes than it announced: look there',
  ],
  ['words without any part', 'x'.repeat(300), 'x'.repeat(300), 'ErrImagePull'],
  ['parts without a cause', `${'x'.repeat(300)}: `, `${'x'.repeat(300)}: `, 'ErrImagePull'],
  ['no words', '', '', 'ErrImagePull'],
];

describe('the cause of a failed pull', () => {
  it.each(table)('%s', (_what, message, cause, advice) => {
    expect(causeOf(message, MESSAGE_LIMIT_CHARACTERS)).toBe(cause);
    const pair = { node: 'a', key: 'k', reason: 'ErrImagePull', message: cause, failures: 1, at: '' };
    expect(failureMessageOf([pair])).toBe(`${advice} (on a): ${cause}`);
  });
});
