// Shows where a user finds the cause when Metacontroller and the service have different tokens.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../waiting.ts';
import { describeWith } from '../requirements.ts';
import { type Installation, install } from './installation.ts';

describeWith(['controlPlane', 'helm', 'metacontroller'], 'a service with another token than Metacontroller', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await install({ token: 'another-token' });
  });
  afterAll(() => installation.remove());

  it('causes a 401 in the log of Metacontroller and a warning in the log of the service', async () => {
    await eventually(() => expect(installation.metacontrollerLog()).toContain('401'));
    await eventually(() => expect(installation.serviceLog()).toContain('"statusCode":401'));
  });

  it('writes neither token to a log', async () => {
    const secret = await installation.cluster.get('/api/v1/namespaces/drop-system/secrets/drop-token');
    const token = Buffer.from(secret.data.token, 'base64').toString();
    expect(token.length).toBeGreaterThan(20);
    for (const text of [token, 'another-token']) {
      expect(installation.serviceLog()).not.toContain(text);
      expect(installation.metacontrollerLog()).not.toContain(text);
    }
  });

  it('creates neither the Fleet nor the PullPolicy of the chart', async () => {
    expect(await installation.cluster.list('/apis/drop.corewire.io/v1alpha1/fleets')).toEqual([]);
    expect(await installation.cluster.list('/apis/drop.corewire.io/v1alpha1/pullpolicies')).toEqual([]);
  });
});
