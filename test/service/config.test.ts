// The configuration of a valid environment, and the errors of an invalid one.
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
  host: '::',
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
    inventoryCount: 4,
    pullPods: {
      resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
      priorityClassName: undefined,
      podSecurityContext: { runAsNonRoot: true, runAsUser: 65_534, seccompProfile: { type: 'RuntimeDefault' } },
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        readOnlyRootFilesystem: true,
      },
      labels: {},
      annotations: {},
    },
  },
};
const withPullPods = (changed: object) => ({
  settings: { ...defaults.settings, pullPods: { ...defaults.settings.pullPods, ...changed } },
});
const resources = { requests: { cpu: '1m' }, limits: {} };
/** Every field of both contexts. */
const commonContext = {
  appArmorProfile: { type: 'Localhost', localhostProfile: 'pulls' },
  runAsGroup: 0,
  runAsNonRoot: false,
  runAsUser: 2_147_483_647,
  seLinuxOptions: { user: 'u', role: 'r', type: 't', level: 's0:c1,c2' },
  seccompProfile: { type: 'Unconfined' },
};
const podContext = {
  ...commonContext,
  fsGroup: 1_000_680_000,
  fsGroupChangePolicy: 'OnRootMismatch',
  seLinuxChangePolicy: 'Recursive',
  supplementalGroups: [5],
  supplementalGroupsPolicy: 'Strict',
  sysctls: [{ name: 'net.ipv4.tcp_syncookies', value: '1' }],
};
const containerContext = {
  ...commonContext,
  allowPrivilegeEscalation: true,
  capabilities: { add: ['CHOWN'], drop: [] },
  privileged: true,
  procMount: 'Default',
  readOnlyRootFilesystem: false,
};

describe('a valid environment sets', () => {
  it.each<[string, NodeJS.ProcessEnv, object]>([
    ['no token', anonymous, {}],
    ['a token despite DROP_ALLOW_ANONYMOUS', { ...anonymous, DROP_TOKEN_FILE: tokenFile }, { token: 'sesame' }],
    ['a token without its blanks', { DROP_TOKEN_FILE: file('blanks', ' \n sesame\r\n\n') }, { token: 'sesame' }],
    [
      'defaults for empty variables',
      { ...anonymous, DROP_PORT: '', DROP_HOST: '', DROP_TOKEN_FILE: '', DROP_LOG_LEVEL: '' },
      {},
    ],
    ['nothing for unknown variables', { ...anonymous, PATH: '/bin', DROP_SERVICE_HOST: '10.0.0.1' }, {}],
    [
      'host and ports',
      { ...anonymous, DROP_HOST: '127.0.0.1', DROP_PORT: '0', DROP_ADMIN_PORT: '65535' },
      { host: '127.0.0.1', port: 0, adminPort: 65_535 },
    ],
    ['nothing for the service links of Kubernetes', { ...anonymous, DROP_PORT: 'tcp://10.0.0.1:8080' }, {}],
    ['the version of the chart', { ...anonymous, DROP_CHART_VERSION: '1.2.0' }, { chartVersion: '1.2.0' }],
    ['a body limit', { ...anonymous, DROP_BODY_LIMIT_BYTES: '1024' }, { bodyLimitBytes: 1024 }],
    ['a log level', { ...anonymous, DROP_LOG_LEVEL: 'debug' }, { logLevel: 'debug' }],
    [
      'a certificate and its key',
      { ...anonymous, DROP_TLS_CERTIFICATE_FILE: '/crt', DROP_TLS_KEY_FILE: '/key' },
      { tls: { certificateFile: '/crt', keyFile: '/key' } },
    ],
    [
      'the proxies of discovery',
      { ...anonymous, HTTPS_PROXY: 'http://joe:pw@proxy:3128', no_proxy: '.svc' },
      { proxies: { http: undefined, https: 'http://joe:pw@proxy:3128', noProxy: '.svc' } },
    ],
    ['no proxies for a NO_PROXY alone', { ...anonymous, NO_PROXY: '.svc' }, {}],
    ['Events', { ...anonymous, DROP_EVENTS: 'true' }, { writesEvents: true }],
    ['another namespace of Secrets', { ...anonymous, DROP_SECRETS_NAMESPACE: 'drop' }, { secretsNamespace: 'drop' }],
    [
      'namespace, default policy and priority class',
      { ...anonymous, DROP_NAMESPACE: 'pulls', DROP_DEFAULT_POLICY: 'slow', DROP_PULL_POD_PRIORITY_CLASS: 'low' },
      {
        secretsNamespace: 'pulls',
        settings: {
          namespace: 'pulls',
          defaultPolicyName: 'slow',
          inventoryCount: 4,
          pullPods: { ...defaults.settings.pullPods, priorityClassName: 'low' },
        },
      },
    ],
    ...[0, 1, 64].map((count): [string, NodeJS.ProcessEnv, object] => [
      `a number of ${count} Inventories`,
      { ...anonymous, DROP_INVENTORIES: String(count) },
      { settings: { ...defaults.settings, inventoryCount: count } },
    ]),
    [
      'resources of pull Pods',
      { ...anonymous, DROP_PULL_POD_RESOURCES: JSON.stringify(resources) },
      withPullPods({ resources }),
    ],
    [
      'the whole security contexts of pull Pods and of their containers',
      {
        ...anonymous,
        DROP_PULL_POD_SECURITY_CONTEXT: JSON.stringify(podContext),
        DROP_PULL_CONTAINER_SECURITY_CONTEXT: JSON.stringify(containerContext),
      },
      withPullPods({ podSecurityContext: podContext, securityContext: containerContext }),
    ],
    [
      'no security context at all',
      { ...anonymous, DROP_PULL_POD_SECURITY_CONTEXT: '{}', DROP_PULL_CONTAINER_SECURITY_CONTEXT: '{}' },
      withPullPods({ podSecurityContext: {}, securityContext: {} }),
    ],
    [
      'labels and annotations of pull Pods, without those that are null',
      {
        ...anonymous,
        DROP_PULL_POD_LABELS: '{"team":"infra","example.com/empty":"","gone":null}',
        DROP_PULL_POD_ANNOTATIONS: '{"sidecar.istio.io/inject":"true","example.com/text":"any text: é","gone":null}',
      },
      withPullPods({
        labels: { team: 'infra', 'example.com/empty': '' },
        annotations: { 'sidecar.istio.io/inject': 'true', 'example.com/text': 'any text: é' },
      }),
    ],
  ])('%s', (_title, environment, expected) => {
    expect(readConfig(environment)).toEqual({ ...defaults, ...expected });
  });
});

describe('an invalid environment is an error', () => {
  const port = (value: string) => ({ ...anonymous, DROP_PORT: value });
  const inventories = (value: string) => ({ ...anonymous, DROP_INVENTORIES: value });
  const bodyLimit = (value: string) => ({ ...anonymous, DROP_BODY_LIMIT_BYTES: value });
  const noBoolean = 'Invalid option: expected one of "true"|"false"';
  const half = 'DROP_TLS_CERTIFICATE_FILE and DROP_TLS_KEY_FILE must be set together: set both or neither';
  const noToken = 'no bearer token: set DROP_TOKEN_FILE to the file with the token, or DROP_ALLOW_ANONYMOUS=true';
  const missing = join(folder, 'missing');
  const empty = file('empty', ' \n');
  const resourcesProblem =
    'DROP_PULL_POD_RESOURCES: must be JSON with the objects requests and limits, whose values are strings';
  const metadataVariables = ['DROP_PULL_POD_LABELS', 'DROP_PULL_POD_ANNOTATIONS'];
  const jsonVariables = [
    'DROP_PULL_POD_SECURITY_CONTEXT',
    'DROP_PULL_CONTAINER_SECURITY_CONTEXT',
    ...metadataVariables,
  ];
  it.each<[string, NodeJS.ProcessEnv, string]>([
    ['an empty environment', {}, noToken],
    ['no token and DROP_ALLOW_ANONYMOUS=false', { DROP_ALLOW_ANONYMOUS: 'false' }, noToken],
    ['another value of DROP_ALLOW_ANONYMOUS', { DROP_ALLOW_ANONYMOUS: 'yes' }, `DROP_ALLOW_ANONYMOUS: ${noBoolean}`],
    [
      'a missing token file despite DROP_ALLOW_ANONYMOUS',
      { ...anonymous, DROP_TOKEN_FILE: missing },
      `DROP_TOKEN_FILE ${missing} cannot be read (ENOENT)`,
    ],
    ['an empty token file', { DROP_TOKEN_FILE: empty }, `DROP_TOKEN_FILE ${empty} is empty`],
    ['a blank port', port(' '), 'DROP_PORT: must be a whole number'],
    ['a fractional port', port('80.5'), 'DROP_PORT: must be a whole number'],
    ['a negative port', port('-1'), 'DROP_PORT: must be a whole number'],
    ['a port above 65535', port('65536'), 'DROP_PORT: Too big: expected number to be <=65535'],
    ['a number of Inventories as text', inventories('abc'), 'DROP_INVENTORIES: must be a whole number'],
    ['a fraction of an Inventory', inventories('1.5'), 'DROP_INVENTORIES: must be a whole number'],
    ['a negative number of Inventories', inventories('-1'), 'DROP_INVENTORIES: must be a whole number'],
    ['more than 64 Inventories', inventories('65'), 'DROP_INVENTORIES: Too big: expected number to be <=64'],
    ['a small body limit', bodyLimit('1023'), 'DROP_BODY_LIMIT_BYTES: Too small: expected number to be >=1024'],
    ['a body limit with a unit', bodyLimit('64Mi'), 'DROP_BODY_LIMIT_BYTES: must be a whole number'],
    [
      'an unknown log level',
      { ...anonymous, DROP_LOG_LEVEL: 'loud' },
      'DROP_LOG_LEVEL: Invalid option: expected one of "fatal"|"error"|"warn"|"info"|"debug"|"trace"|"silent"',
    ],
    ['resources that are not JSON', { ...anonymous, DROP_PULL_POD_RESOURCES: 'cpu=1' }, resourcesProblem],
    ['resources without limits', { ...anonymous, DROP_PULL_POD_RESOURCES: '{"requests":{}}' }, resourcesProblem],
    [
      'resources that are numbers',
      { ...anonymous, DROP_PULL_POD_RESOURCES: '{"requests":{"cpu":1},"limits":{}}' },
      resourcesProblem,
    ],
    ...jsonVariables.map((name): [string, NodeJS.ProcessEnv, string] => [
      `${name} that is not JSON`,
      { ...anonymous, [name]: 'team=infra' },
      `${name}: must be JSON`,
    ]),
    ...jsonVariables.map((name): [string, NodeJS.ProcessEnv, string] => [
      `${name} longer than 16,384 characters`,
      { ...anonymous, [name]: `{${' '.repeat(16_384)}}` },
      `${name}: Too big: expected string to have <=16384 characters`,
    ]),
    [
      'a misspelled field of a security context',
      { ...anonymous, DROP_PULL_POD_SECURITY_CONTEXT: '{"runAsUsr":1}' },
      'DROP_PULL_POD_SECURITY_CONTEXT: Unrecognized key: "runAsUsr"',
    ],
    [
      'a field of a Pod in the security context of a container',
      { ...anonymous, DROP_PULL_CONTAINER_SECURITY_CONTEXT: '{"fsGroup":1}' },
      'DROP_PULL_CONTAINER_SECURITY_CONTEXT: Unrecognized key: "fsGroup"',
    ],
    [
      'a user ID as text',
      { ...anonymous, DROP_PULL_POD_SECURITY_CONTEXT: '{"runAsUser":"1000"}' },
      'DROP_PULL_POD_SECURITY_CONTEXT.runAsUser: Invalid input: expected number, received string',
    ],
    [
      'a user ID above the largest of Kubernetes',
      { ...anonymous, DROP_PULL_POD_SECURITY_CONTEXT: '{"runAsUser":2147483648}' },
      'DROP_PULL_POD_SECURITY_CONTEXT.runAsUser: Too big: expected number to be <=2147483647',
    ],
    [
      'a list as security context',
      { ...anonymous, DROP_PULL_POD_SECURITY_CONTEXT: '[]' },
      'DROP_PULL_POD_SECURITY_CONTEXT: Invalid input: expected object, received array',
    ],
    ...['drop.corewire.io/slot', 'drop.corewire.io/mine', 'app.kubernetes.io/managed-by'].flatMap((key) =>
      metadataVariables.map((name): [string, NodeJS.ProcessEnv, string] => [
        `${name} with ${key}`,
        { ...anonymous, [name]: JSON.stringify({ [key]: 'x' }) },
        `${name}: drop.corewire.io/* and app.kubernetes.io/managed-by are set by Drop and cannot be changed`,
      ]),
    ),
    ...metadataVariables.flatMap((name): [string, NodeJS.ProcessEnv, string][] => [
      [
        `${name} with an invalid key`,
        { ...anonymous, [name]: '{"no key":"x"}' },
        `${name}: keys must be label keys such as example.com/team`,
      ],
      [
        `${name} with more than 32 entries`,
        {
          ...anonymous,
          [name]: JSON.stringify(Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`k${n}`, '']))),
        },
        `${name}: must have at most 32 entries`,
      ],
      [
        `${name} with a number`,
        { ...anonymous, [name]: '{"team":1}' },
        `${name}.team: Invalid input: expected string, received number`,
      ],
    ]),
    [
      'a label value with a space',
      { ...anonymous, DROP_PULL_POD_LABELS: '{"team":"in fra"}' },
      'DROP_PULL_POD_LABELS.team: must be a label value of letters, digits, dashes, underscores and dots',
    ],
    [
      'a label value of 64 characters',
      { ...anonymous, DROP_PULL_POD_LABELS: JSON.stringify({ team: 'x'.repeat(64) }) },
      'DROP_PULL_POD_LABELS.team: Too big: expected string to have <=63 characters',
    ],
    [
      'an annotation of 4,097 characters',
      { ...anonymous, DROP_PULL_POD_ANNOTATIONS: JSON.stringify({ a: 'x'.repeat(4097) }) },
      'DROP_PULL_POD_ANNOTATIONS.a: Too big: expected string to have <=4096 characters',
    ],
    ['a certificate without its key', { ...anonymous, DROP_TLS_CERTIFICATE_FILE: '/tls.crt' }, half],
    ['a key without its certificate', { ...anonymous, DROP_TLS_KEY_FILE: '/tls.key' }, half],
    ['another value of DROP_EVENTS', { ...anonymous, DROP_EVENTS: 'yes' }, `DROP_EVENTS: ${noBoolean}`],
    [
      'two problems',
      { ...port('70000'), DROP_LOG_LEVEL: 'silent', DROP_ADMIN_PORT: '70000' },
      'DROP_PORT: Too big: expected number to be <=65535; DROP_ADMIN_PORT: Too big: expected number to be <=65535',
    ],
  ])('%s', (_title, environment, message) => {
    expect(() => readConfig(environment)).toThrow(new ConfigError(message));
  });
});
