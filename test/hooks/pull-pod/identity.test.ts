// The names and identifiers of pull Pods.
import { expect, test } from 'vitest';
import { attemptOf } from '../../../hooks/pull-pod/identity.ts';

test.each([
  ['6f0c2b9a-1d3e-4f5a-8b7c-9d0e1f2a3b4c', '6f0c2b9a'],
  ['pod', 'pod'],
])('the attempt of the Pod with UID %s is %s', (uid, expected) => {
  expect(attemptOf(uid)).toBe(expected);
});
