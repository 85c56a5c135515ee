// Manifests are read as `kubectl apply -f` does.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readManifests } from '../../cli/manifest-files.ts';
import { UsageError } from '../../cli/usage-error.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drop-manifests-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  const file = join(folder, 'manifest.yaml');
  writeFileSync(file, text);
  return readManifests(file).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}

const policy = 'apiVersion: drop.corewire.io/v1alpha1\nkind: PullPolicy\nmetadata: {name: ci}\n';
const items =
  '- {apiVersion: v1, kind: Secret, metadata: {name: a}}\n- {apiVersion: v1, kind: Secret, metadata: {name: b}}';

test.each([
  ['several documents', `${policy}---\n---\n${policy}`, ['PullPolicy ci', 'PullPolicy ci']],
  ['the items of a List', `apiVersion: v1\nkind: List\nitems:\n${items}\n`, ['Secret a', 'Secret b']],
  ['the items of a list of one kind', `apiVersion: v1\nkind: SecretList\nitems:\n${items}\n`, ['Secret a', 'Secret b']],
  ['an empty List', 'apiVersion: v1\nkind: List\nitems: []\n', []],
  ['an alias with its anchor', `${policy}spec: {a: &x {b: c}, d: *x}\n`, ['PullPolicy ci']],
])('the reader accepts %s', (_title, text, expected) => {
  expect(read(text)).toEqual(expected);
});

test.each([
  [
    'an alias without its anchor',
    `${policy}spec: *missing\n`,
    /manifest\.yaml: Unresolved alias \(the anchor must be set before the alias\)$/,
  ],
  ['an item of a List without a kind', 'kind: List\nitems: [{apiVersion: v1, metadata: {name: a}}]\n', /lacks/],
  ['a document without metadata', 'apiVersion: v1\nkind: Secret\n', /lacks apiVersion, kind or metadata.name/],
  ['text that is not YAML', 'a: [b', /manifest\.yaml: /],
])('the reader refuses %s with one sentence', (_title, text, message) => {
  expect(() => read(text)).toThrow(UsageError);
  expect(() => read(text)).toThrow(message);
});
