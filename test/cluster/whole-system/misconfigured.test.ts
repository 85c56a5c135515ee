// Shows where a user finds what is wrong when Metacontroller and the service do not know the same token.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../waiting.ts';
import { describeWith } from '../requirements.ts';
import { type Installation, install } from './installation.ts';

describeWith(['controlPlane', 'helm', 'metacontroller'], 'a token that is not the one of the chart', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await install({ token: 'another-token' });
  });
  afterAll(() => installation.remove());

  it('is a 401 in the log of Metacontroller, and a warning in that of the service', async () => {
    await eventually(() => expect(installation.metacontrollerLog()).toContain('401'));
    expect(installation.serviceLog()).toContain('"statusCode":401');
  });

  it('is in no log itself', async () => {
    const secret = await installation.cluster.get('/api/v1/namespaces/drop-system/secrets/drop-token');
    const token = Buffer.from(secret.data.token, 'base64').toString();
    expect(token.length).toBeGreaterThan(20);
    for (const text of [token, 'another-token']) {
      expect(installation.serviceLog()).not.toContain(text);
      expect(installation.metacontrollerLog()).not.toContain(text);
    }
  });

  it('decides nothing: the policy gets no status', async () => {
    const policy = await installation.cluster.get('/apis/drop.corewire.io/v1alpha1/pullpolicies/default');
    expect(policy.status).toBeUndefined();
  });
});
