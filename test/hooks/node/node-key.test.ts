// The key that identifies one incarnation of a node.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeKeyOf } from '../../../hooks/node/node-key.ts';

test.each([
  ['a UUID', '6f0c2b9a-1d3e-4f5a-8b7c-9d0e1f2a3b4c', '6f0c2b9a1d3e'],
  ['a UUID in upper case', '6F0C2B9A-1D3E-4F5A-8B7C-9D0E1F2A3B4C', '6f0c2b9a1d3e'],
  ['hex digits without dashes', '6f0c2b9a1d3e4f5a', '6f0c2b9a1d3e'],
  ['a text that is not a UUID', 'abc', 'ba7816bf8f01'],
  ['an empty UID', '', 'e3b0c44298fc'],
])('the key of %s has the expected digits', (_title, uid, expected) => {
  expect(nodeKeyOf(uid)).toBe(expected);
});

test('similar UIDs that are not UUIDs have different keys', () => {
  expect(nodeKeyOf('node-a-uid')).not.toBe(nodeKeyOf('node-b-uid'));
});

test('the key of any UID is 12 hex digits', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uuid(), fc.string()), (uid) => {
      expect(nodeKeyOf(uid)).toMatch(/^[0-9a-f]{12}$/);
    }),
  );
});
