// Completion of the names of objects: names in time, or nothing.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { objectNames } from '../../../cli/completion/object-names.ts';
import { closeServers, type Responder, unusedPort } from '../../service/discovery/servers.ts';
import { refuse, serveLists } from '../cluster/api-server.ts';
import { createTestFolder, kubeConfigText, type TestFolder } from '../cluster/kube-config-files.ts';

let folder: TestFolder;
beforeAll(() => {
  folder = createTestFolder();
});
afterAll(() => folder.remove());
afterEach(closeServers);

function namesOf(server: string, timeoutMilliseconds?: number) {
  const kubeconfig = folder.write('config', kubeConfigText({ server, contexts: ['one', 'two'], current: 'two' }));
  return objectNames({
    resource: 'cachedimages',
    flags: new Map([
      ['kubeconfig', kubeconfig],
      ['context', 'one'],
    ]),
    environment: {},
    ...(timeoutMilliseconds === undefined ? {} : { timeoutMilliseconds }),
  });
}

it('the names of all CachedImages are listed without their statuses', async () => {
  const cachedimages = ['nginx', 'redis'].map((name) => ({ metadata: { name } }));
  const server = await serveLists({ lists: { cachedimages } });
  expect(await namesOf(server.url)).toEqual(['nginx', 'redis']);
  expect(server.seen.map(({ url, headers }) => [url, headers.accept, headers.authorization])).toEqual([
    [
      '/one/apis/drop.corewire.io/v1alpha1/cachedimages?limit=500',
      'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
      'Bearer token-of-one',
    ],
  ]);
});

const hang: Responder = () => undefined;

describe('nothing is completed', () => {
  it.each<[string, Responder]>([
    ['from a server that refuses', refuse(403, 'no')],
    ['from a server that sends nothing', hang],
  ])('%s', async (_title, responder) => {
    const server = await serveLists({ responses: { '*': responder } });
    expect(await namesOf(server.url, 200)).toEqual([]);
    expect(server.seen).toHaveLength(1);
  });

  it('without a server', async () => {
    expect(await namesOf(`http://127.0.0.1:${await unusedPort()}`)).toEqual([]);
  });

  it('without a kubeconfig', async () => {
    const nowhere = {
      resource: 'discoverypolicies' as const,
      flags: new Map([['kubeconfig', '/does/not/exist']]),
      environment: {},
    };
    expect(await objectNames(nowhere)).toEqual([]);
  });
});
