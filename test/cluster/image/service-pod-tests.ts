// Tests of `kubectl exec` in the Pod of the chart, for the image that the other tests of the image have built.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { API_VERSION } from '../../../crds/kind.ts';
import { describeWith } from '../requirements.ts';
import type { BuiltStage } from './dockerfile.ts';
import { NODE, type ServicePod, startServicePod } from './service-pod.ts';

const POD_LIMIT_MILLISECONDS = 180_000;

/** `stageOf` is called once the image is built. */
export function describeServicePod(stageOf: () => BuiltStage): void {
  describeWith(['controlPlane', 'helm', 'metacontroller', 'node'], 'in the Pod of the chart', () => {
    let pod: ServicePod;

    beforeAll(async () => {
      pod = await startServicePod(stageOf(), ['defaultPullPolicy.spec.paused=true']);
      const { cluster } = pod;
      const spec = { image: 'docker.io/library/nginx', tag: '1.29' };
      await cluster.apply([{ apiVersion: API_VERSION, kind: 'CachedImage', metadata: { name: 'web' }, spec }]);
      await cluster.kubectl([
        ...['wait', 'cachedimage/web', '--timeout=30s'],
        `--for=jsonpath={.status.conditions[?(@.type=="Ready")].reason}=Paused`,
      ]);
    }, POD_LIMIT_MILLISECONDS);
    afterAll(() => pod.remove(), POD_LIMIT_MILLISECONDS);

    it('kubectl exec runs drop why with the rights of the service', async () => {
      const { code, stdout, stderr } = await pod.exec(['drop', 'why', 'nginx']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^CachedImage +web$/m);
      expect(stdout).toMatch(
        new RegExp(`^waiting: paused \\(1 node\\)\\n {2}${NODE} {2}until spec.paused is set`, 'm'),
      );
      expect(stdout).not.toContain('Not readable');
    });

    it('drop why knows the gates that count Pods', async () => {
      const { stdout } = await pod.exec(['drop', 'why', 'web', NODE]);
      expect(stdout).toMatch(/^ {2}paused +CLOSED +true$/m);
      expect(stdout).toMatch(/^ {2}policy-cap +open +0 of 1 slot in use$/m);
    });

    it('drop plan reads the cluster', async () => {
      const { code, stdout } = await pod.exec(['drop', 'plan', '--cluster', '--output', 'json']);
      expect({ code, images: JSON.parse(stdout).images }).toMatchObject({
        code: 0,
        images: [{ name: 'web', never: [{ reason: 'Paused', nodes: [NODE] }] }],
      });
    });

    it('kubectl exec returns the exit code of drop', async () => {
      expect(await pod.exec(['drop', 'why', 'redis'])).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(/^no CachedImage has the name or the image "redis"\n/),
      });
    });
  });
}
