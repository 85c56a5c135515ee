// Shows that our code interprets every status that a real kubelet reports for our pull Pods.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { closeServers, plain, serve, unusedPort } from '../../service/discovery/servers.ts';
import { eventually } from '../../waiting.ts';
import { type Cluster, theCluster } from '../cluster.ts';
import { describeWith } from '../requirements.ts';
import { buildImage } from '../test-image.ts';
import { type KubeletSetup, login, PRIVATE, startKubeletSetup } from './kubelet-cluster.ts';
import { createPuller, type Puller, type PullRequest } from './pull.ts';
import { type SlowRegistry, startSlowRegistry } from './slow-registry.ts';

const NAMESPACE = 'kubelet-test';
const NODE = 'worker-1';
/** As long as in real projects, because the kubelet repeats the repository in every message. */
const LONG_REPOSITORY = 'gitlab-org/gitlab-runner/gitlab-runner-helper';

describeWith(['controlPlane', 'node', 'registry'], 'a real kubelet', () => {
  let cluster: Cluster;
  let setup: KubeletSetup;
  let puller: Puller;
  /** No server listens on the first port. The server on the second port responds with 429. */
  let [silentPort, busyPort] = [0, 0];

  async function createPullSecret(name: string, password: string): Promise<void> {
    const args = [`--docker-server=${setup.closed.host}`, `--docker-username=${login.username}`];
    await cluster.kubectl([
      'create',
      'secret',
      'docker-registry',
      name,
      '-n',
      NAMESPACE,
      ...args,
      `--docker-password=${password}`,
    ]);
  }

  beforeAll(async () => {
    cluster = theCluster();
    await cluster.createNamespace(NAMESPACE, { 'pod-security.kubernetes.io/enforce': 'restricted' });
    setup = await startKubeletSetup(cluster, NODE);
    puller = createPuller(cluster, NAMESPACE, setup.node);
    await createPullSecret('right', login.password);
    await createPullSecret('wrong', 'another-password');
    silentPort = await unusedPort();
    busyPort = (await serve(plain(429, 'later'))).port;
  });
  afterAll(async () => {
    await cluster.kubectl(['delete', 'pods', '--all', '-n', NAMESPACE, '--wait']);
    await closeServers();
    await setup?.stop();
    await cluster.remove(`/api/v1/nodes/${NODE}`);
    await cluster.deleteNamespace(NAMESPACE);
  });

  const open = (repository: string, tag = 'v1') => ({ reference: `${setup.open.host}/${repository}:${tag}` });
  const closed = (...secrets: readonly string[]): PullRequest => ({
    reference: `${setup.closed.host}/${PRIVATE}:v1`,
    spec: { imagePullSecrets: secrets.map((name) => ({ name })) },
  });

  const pulled: readonly (readonly [title: string, request: () => PullRequest, repository: string, how: string])[] = [
    ['an image that contains true', () => open('team/app'), 'team/app', 'Completed'],
    ['a scratch image, which cannot run true', () => open('team/scratch'), 'team/scratch', 'StartError'],
    ['an image whose user is root', () => open('team/root'), 'team/root', 'Completed'],
    ['an image whose user has a name', () => open('team/named-user'), 'team/named-user', 'Completed'],
    [
      'an image by digest',
      () => ({ reference: `${setup.open.host}/team/by-digest@${setup.digests.get('team/by-digest')}` }),
      'team/by-digest',
      'Completed',
    ],
    ['a private image with its pull secret', () => closed('right'), PRIVATE, 'Completed'],
    ['a private image with a wrong and a right pull secret', () => closed('wrong', 'right'), PRIVATE, 'Completed'],
    [
      'an image on the node with policy IfNotPresent',
      () => ({ ...open('team/app'), spec: { imagePullPolicy: 'IfNotPresent' } }),
      'team/app',
      'Completed',
    ],
  ];

  it.each(pulled)('reports %s as cached', async (_title, request, repository, how) => {
    const seen = await puller.finish(await puller.start(request()));
    expect(seen.outcome, seen.status).toEqual({ kind: 'cached', digest: setup.digests.get(repository) });
    // The result of `true` is reported later and does not change the outcome.
    await eventually(async () => expect((await puller.look(seen.path)).kubeletReason).toBe(how));
  });

  interface Failure {
    readonly reason: string;
    /** Our message up to the registry's error. */
    readonly advice: string;
    readonly words: RegExp;
  }

  const failures: readonly (readonly [title: string, request: () => PullRequest, failure: Failure])[] = [
    [
      'a missing tag',
      () => open('team/app', 'missing'),
      {
        reason: 'ErrImagePull',
        advice: 'not found: check image, tag and digest',
        words: /team\/app:missing: not found/,
      },
    ],
    [
      'a missing repository',
      () => open('team/missing'),
      {
        reason: 'ErrImagePull',
        advice: 'not found: check image, tag and digest',
        words: /team\/missing:v1: not found/,
      },
    ],
    [
      'a pull secret with a wrong password',
      () => closed('wrong'),
      {
        reason: 'ErrImagePull',
        advice: 'unauthorized: check imagePullSecrets',
        words: /401 Unauthorized|authorization failed/,
      },
    ],
    [
      'a private image without a pull secret',
      () => closed(),
      { reason: 'ErrImagePull', advice: 'unauthorized: check imagePullSecrets', words: /no basic auth credentials/ },
    ],
    [
      'a missing pull secret',
      () => closed('forgotten'),
      { reason: 'ErrImagePull', advice: 'unauthorized: check imagePullSecrets', words: /no basic auth credentials/ },
    ],
    [
      'an unknown host',
      () => ({ reference: 'registry.invalid/team/app:v1' }),
      {
        reason: 'ErrImagePull',
        advice: 'unknown host: check the name of the registry',
        words: /lookup registry\.invalid: no such host/,
      },
    ],
    [
      'an unknown host in a long reference',
      () => ({ reference: `registry.gitlab.invalid/${LONG_REPOSITORY}:x86_64-v17.5.0` }),
      {
        reason: 'ErrImagePull',
        advice: 'unknown host: check the name of the registry',
        words: /lookup registry\.gitlab\.invalid: no such host/,
      },
    ],
    [
      'a refused connection',
      () => ({ reference: `127.0.0.1:${silentPort}/team/app:v1` }),
      {
        reason: 'ErrImagePull',
        advice: 'registry unreachable from the node: check the registry and the network',
        words: /connection refused/,
      },
    ],
    [
      'a registry that limits the rate',
      () => ({ reference: `127.0.0.1:${busyPort}/team/app:v1` }),
      {
        reason: 'ErrImagePull',
        advice: 'rate limited by the registry: pull more slowly or set imagePullSecrets',
        words: /429 Too Many Requests/,
      },
    ],
    [
      'a repository in upper case',
      () => ({ reference: `${setup.open.host}/Team/App:v1` }),
      { reason: 'InvalidImageName', advice: 'not a valid image name: check spec.image', words: /must be lowercase/ },
    ],
    [
      'policy Never and an image that is not on the node',
      () => ({ ...open('team/other'), spec: { imagePullPolicy: 'Never' } }),
      {
        reason: 'ErrImageNeverPull',
        advice: 'the node lacks the image and imagePullPolicy is Never: use IfNotPresent or Always',
        words: /is not present with pull policy of Never/,
      },
    ],
  ];

  it.each(failures)('reports a failure with advice for %s', async (_title, request, { reason, advice, words }) => {
    const seen = await puller.finish(await puller.start(request()));
    expect(seen.outcome, seen.status).toMatchObject({ kind: 'failed', reason });
    const message = puller.messageFor(seen);
    expect(message, seen.status).toMatch(words);
    expect(message.slice(0, message.indexOf(':', advice.length))).toBe(`${advice} (on ${NODE})`);
  });

  it('reports the same failure while the kubelet backs off', async () => {
    const path = await puller.start(open('team/app', 'missing'));
    const first = await puller.finish(path);
    const later = await eventually(async () => {
      const seen = await puller.look(path);
      expect(seen.kubeletReason).toBe('ImagePullBackOff');
      return seen;
    });
    expect(later.outcome, later.status).toMatchObject({ kind: 'failed', reason: 'ErrImagePull' });
    expect(puller.messageFor(later)).toBe(puller.messageFor(first));
  });

  describe('a slow pull', () => {
    let slow: SlowRegistry;
    beforeEach(async ({ task }) => {
      // A layer of its own for each test, because the node pulls a layer only once.
      const content = task.name.padEnd(100_000);
      slow = await startSlowRegistry(buildImage([{ name: 'large.txt', content }]));
    });
    afterEach(() => slow.close());

    async function startSlowPull(): Promise<string> {
      const path = await puller.start({ reference: `${slow.host}/team/large:v1` });
      await eventually(() => expect(slow.isWaiting()).toBe(true));
      return path;
    }

    it('is in progress until its last byte, and so is the pull that waits for it', async () => {
      const path = await startSlowPull();
      const next = await puller.start(open('team/app'));
      await sleep(2_000);
      for (const each of [path, next]) {
        const during = await puller.look(each);
        expect(during.outcome, during.status).toEqual({ kind: 'pulling' });
        expect(during.kubeletReason).toBe('ContainerCreating');
      }
      slow.release();
      for (const each of [path, next]) {
        const after = await puller.finish(each);
        expect(after.outcome, after.status).toMatchObject({ kind: 'cached' });
      }
    });

    it('frees the name of its Pod as soon as the Pod is deleted', async () => {
      const path = await startSlowPull();
      await cluster.remove(path);
      await expect(puller.look(path)).rejects.toMatchObject({ status: 404 });
    });
  });
});
