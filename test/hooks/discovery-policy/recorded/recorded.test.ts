// Policies with sources behave as they did before queries existed: 1,000 random histories, recorded with that version.
// 104 of them were recorded again when images without a source began to stay (decision 37).
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { hashOf, recordSyncs } from './recording.ts';

interface Recorded {
  /** A hash for each seed from 0. */
  readonly hashes: readonly string[];
  /** Whole records, by seed. */
  readonly whole: Readonly<Record<string, unknown>>;
}

const recorded: Recorded = JSON.parse(
  readFileSync(new URL('../../../fixtures/discovery/recorded-sources.json', import.meta.url), 'utf8'),
);

describe('policies with sources', () => {
  it.each(Object.keys(recorded.whole))('of seed %s have the recorded queries and responses', (seed) => {
    expect(recordSyncs(Number(seed))).toEqual(recorded.whole[seed]);
  });

  it('of 1,000 seeds have queries and responses with the recorded hashes', () => {
    expect(recorded.hashes).toHaveLength(1000);
    const different = recorded.hashes.flatMap((hash, seed) => (hashOf(recordSyncs(seed)) === hash ? [] : [seed]));
    expect(different).toEqual([]);
  });
});

test('the recorded histories contain every reason that a policy with sources can have', () => {
  const reasons = new Set(
    recorded.hashes.slice(0, 300).flatMap((_, seed) => recordSyncs(seed).map(({ logFields }) => reasonOf(logFields))),
  );
  for (const reason of ['Synced', 'EmptyResult', 'BadResponse', 'NotFound', 'RateLimited', 'InvalidSpec']) {
    expect(reasons).toContain(reason);
  }
});

const reasonOf = (logFields: unknown) => (logFields as { readonly reason?: string }).reason;
