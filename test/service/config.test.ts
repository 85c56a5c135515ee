// Proves how the environment is read, and in which words a value that makes no sense is refused.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../service/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'drop-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const tokenFile = file('token', 'sesame');
const anonymous = { DROP_ALLOW_ANONYMOUS: 'true' };
const defaults = {
  token: undefined,
  host: '0.0.0.0',
  port: 8080,
  adminPort: 9090,
  bodyLimitBytes: 64 * 1024 * 1024,
  logLevel: 'info',
  tls: undefined,
  secretsNamespace: 'drop-system',
  writesEvents: false,
  settings: {
    namespace: 'drop-system',
    defaultPolicyName: 'default',
    pullPodResources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
    pullPodPriorityClassName: undefined,
  },
};
const resources = { requests: { cpu: '1m' }, limits: {} };

describe('an environment that makes sense', () => {
  it.each<[string, NodeJS.ProcessEnv, object]>([
    ['callers without a token', anonymous, {}],
    ['a token', { DROP_TOKEN_FILE: tokenFile }, { token: 'sesame' }],
    [
      'a token, though callers without one are allowed',
      { ...anonymous, DROP_TOKEN_FILE: tokenFile },
      { token: 'sesame' },
    ],
    ['a token with blanks around it', { DROP_TOKEN_FILE: file('blanks', ' \n sesame\r\n\n') }, { token: 'sesame' }],
    ['empty variables', { ...anonymous, DROP_PORT: '', DROP_HOST: '', DROP_TOKEN_FILE: '', DROP_LOG_LEVEL: '' }, {}],
    ['variables of others', { ...anonymous, PATH: '/bin', DROP_SERVICE_HOST: '10.0.0.1', DROP_WEATHER: 'fine' }, {}],
    [
      'addresses',
      { ...anonymous, DROP_HOST: '127.0.0.1', DROP_PORT: '0', DROP_ADMIN_PORT: '65535' },
      { host: '127.0.0.1', port: 0, adminPort: 65_535 },
    ],
    ['what Kubernetes sets beside a Service named drop', { ...anonymous, DROP_PORT: 'tcp://10.0.0.1:8080' }, {}],
    ['a limit', { ...anonymous, DROP_BODY_LIMIT_BYTES: '1024' }, { bodyLimitBytes: 1024 }],
    ['a level', { ...anonymous, DROP_LOG_LEVEL: 'debug' }, { logLevel: 'debug' }],
    [
      'a certificate and its key',
      { ...anonymous, DROP_TLS_CERTIFICATE_FILE: '/tls/tls.crt', DROP_TLS_KEY_FILE: '/tls/tls.key' },
      { tls: { certificateFile: '/tls/tls.crt', keyFile: '/tls/tls.key' } },
    ],
    ['Events', { ...anonymous, DROP_EVENTS: 'true' }, { writesEvents: true }],
    [
      'Secrets that live elsewhere than the pull Pods',
      { ...anonymous, DROP_SECRETS_NAMESPACE: 'drop' },
      { secretsNamespace: 'drop' },
    ],
    [
      'names',
      { ...anonymous, DROP_NAMESPACE: 'pulls', DROP_DEFAULT_POLICY: 'slow', DROP_PULL_POD_PRIORITY_CLASS: 'low' },
      {
        secretsNamespace: 'pulls',
        settings: {
          ...defaults.settings,
          namespace: 'pulls',
          defaultPolicyName: 'slow',
          pullPodPriorityClassName: 'low',
        },
      },
    ],
    [
      'resources',
      { ...anonymous, DROP_PULL_POD_RESOURCES: JSON.stringify(resources) },
      { settings: { ...defaults.settings, pullPodResources: resources } },
    ],
  ])('%s', (_title, environment, expected) => {
    expect(readConfig(environment)).toEqual({ ...defaults, ...expected });
  });
});

describe('an environment that makes no sense', () => {
  const port = (value: string) => ({ ...anonymous, DROP_PORT: value });
  const missing = join(folder, 'missing');
  const empty = file('empty', ' \n');
  it.each<[string, NodeJS.ProcessEnv, string]>([
    ['nothing at all', {}, 'set DROP_TOKEN_FILE to the file with the bearer token, or DROP_ALLOW_ANONYMOUS=true'],
    [
      'no token and no leave',
      { DROP_ALLOW_ANONYMOUS: 'false' },
      'set DROP_TOKEN_FILE to the file with the bearer token, or DROP_ALLOW_ANONYMOUS=true',
    ],
    [
      'a leave in other words',
      { DROP_ALLOW_ANONYMOUS: 'yes' },
      'DROP_ALLOW_ANONYMOUS: Invalid option: expected one of "true"|"false"',
    ],
    [
      'a token file that is missing',
      { DROP_TOKEN_FILE: missing },
      `DROP_TOKEN_FILE ${missing} cannot be read (ENOENT)`,
    ],
    [
      'a token file that is missing, though callers without one are allowed',
      { ...anonymous, DROP_TOKEN_FILE: missing },
      `DROP_TOKEN_FILE ${missing} cannot be read (ENOENT)`,
    ],
    ['a token file that is a folder', { DROP_TOKEN_FILE: folder }, `DROP_TOKEN_FILE ${folder} cannot be read (EISDIR)`],
    ['a token file that is empty', { DROP_TOKEN_FILE: empty }, `DROP_TOKEN_FILE ${empty} is empty`],
    ['a port that is no number', port('http'), 'DROP_PORT: must be a whole number'],
    ['a port that is blank', port(' '), 'DROP_PORT: must be a whole number'],
    ['a port that is not whole', port('80.5'), 'DROP_PORT: must be a whole number'],
    ['a port below 0', port('-1'), 'DROP_PORT: must be a whole number'],
    ['a port beyond the last', port('65536'), 'DROP_PORT: Too big: expected number to be <=65535'],
    [
      'a limit that is too small',
      { ...anonymous, DROP_BODY_LIMIT_BYTES: '1023' },
      'DROP_BODY_LIMIT_BYTES: Too small: expected number to be >=1024',
    ],
    [
      'a limit with a unit',
      { ...anonymous, DROP_BODY_LIMIT_BYTES: '64Mi' },
      'DROP_BODY_LIMIT_BYTES: must be a whole number',
    ],
    [
      'a level that is none',
      { ...anonymous, DROP_LOG_LEVEL: 'loud' },
      'DROP_LOG_LEVEL: Invalid option: expected one of "fatal"|"error"|"warn"|"info"|"debug"|"trace"|"silent"',
    ],
    [
      'resources that are no JSON',
      { ...anonymous, DROP_PULL_POD_RESOURCES: 'cpu=1' },
      'DROP_PULL_POD_RESOURCES: must be JSON with requests and limits',
    ],
    [
      'resources without limits',
      { ...anonymous, DROP_PULL_POD_RESOURCES: '{"requests":{}}' },
      'DROP_PULL_POD_RESOURCES: must be JSON with requests and limits',
    ],
    [
      'resources in numbers',
      { ...anonymous, DROP_PULL_POD_RESOURCES: '{"requests":{"cpu":1},"limits":{}}' },
      'DROP_PULL_POD_RESOURCES: must be JSON with requests and limits',
    ],
    [
      'a certificate without its key',
      { ...anonymous, DROP_TLS_CERTIFICATE_FILE: '/tls/tls.crt' },
      'DROP_TLS_CERTIFICATE_FILE and DROP_TLS_KEY_FILE go together: set both or none',
    ],
    [
      'a key without its certificate',
      { ...anonymous, DROP_TLS_KEY_FILE: '/tls/tls.key' },
      'DROP_TLS_CERTIFICATE_FILE and DROP_TLS_KEY_FILE go together: set both or none',
    ],
    [
      'Events in other words',
      { ...anonymous, DROP_EVENTS: 'yes' },
      'DROP_EVENTS: Invalid option: expected one of "true"|"false"',
    ],
    [
      'two problems',
      { ...port('70000'), DROP_LOG_LEVEL: 'silent', DROP_ADMIN_PORT: '70000' },
      'DROP_PORT: Too big: expected number to be <=65535; DROP_ADMIN_PORT: Too big: expected number to be <=65535',
    ],
  ])('%s', (_title, environment, sentence) => {
    expect(() => readConfig(environment)).toThrow(new ConfigError(sentence));
  });
});
