// What the log of the service shows about drop-defaults.
import { expect, test } from 'vitest';
import { appWithLog, jsonHeaders } from './app-with-log.ts';

async function linesFor(annotations: Readonly<Record<string, string>>) {
  const { app, entries } = appWithLog();
  const metadata = { name: 'drop-defaults', uid: 'u', annotations };
  await app.inject({
    method: 'POST',
    url: '/hooks/defaults/sync',
    headers: jsonHeaders,
    payload: JSON.stringify({ object: { kind: 'DecoratorController', metadata }, attachments: {}, related: {} }),
  });
  return entries();
}

const WARN = 40;
const readable = {
  'drop.corewire.io/create-fleet': 'false',
  'drop.corewire.io/create-pull-policy': 'false',
  'drop.corewire.io/inventory-count': '0',
};

test('an unreadable annotation is a warning that names the annotation', async () => {
  expect(await linesFor({ ...readable, 'drop.corewire.io/create-fleet': 'maybe' })).toEqual([
    expect.objectContaining({
      level: WARN,
      hook: '/hooks/defaults/sync',
      problems: ['annotation drop.corewire.io/create-fleet is neither "true" nor "false"'],
    }),
  ]);
});

test('a sync of readable annotations is not logged at info', async () => {
  expect(await linesFor(readable)).toEqual([]);
});
