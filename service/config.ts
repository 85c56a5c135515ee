// Reads the environment once, at start-up. An invalid value stops the service with a message that names the variable.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import {
  additionalAnnotations,
  additionalLabels,
  containerSecurityContext,
  podSecurityContext,
} from '../hooks/pull-pod/settings-shape.ts';
import {
  DEFAULT_INVENTORIES,
  DEFAULT_PULL_POD_SETTINGS,
  type HookSettings,
  INVENTORIES_LIMIT,
  type PullPodSettings,
} from '../hooks/settings.ts';
import { type ProxyVariables, readProxyVariables } from './discovery/proxies.ts';
import { jsonVariable } from './json-variable.ts';
import { EVERY_ADDRESS } from './listen.ts';

const MEBIBYTE = 1024 * 1024;
const DEFAULT_BODY_LIMIT_BYTES = 64 * MEBIBYTE;
const LARGEST_PORT = 65_535;

/** `Number` alone would convert a blank to 0. */
const wholeNumber = z.string().regex(/^\d+$/, 'must be a whole number').transform(Number);
const port = wholeNumber.pipe(z.number().max(LARGEST_PORT));

/** An IPv6 address as in a URL. */
const withoutBrackets = (host: string) => host.replace(/^\[(.+)\]$/, '$1');

const resourcesText = z.string().transform((text, context) => {
  try {
    return z
      .object({ requests: z.record(z.string(), z.string()), limits: z.record(z.string(), z.string()) })
      .parse(JSON.parse(text));
  } catch {
    context.addIssue('must be JSON with the objects requests and limits, whose values are strings');
    return z.NEVER;
  }
});

const environmentShape = z.object({
  DROP_TOKEN_FILE: z.string().min(1).optional(),
  DROP_ALLOW_ANONYMOUS: z.enum(['true', 'false']).default('false'),
  DROP_HOST: z.string().min(1).transform(withoutBrackets).default(EVERY_ADDRESS),
  DROP_PORT: port.default(8080),
  DROP_ADMIN_PORT: port.default(9090),
  DROP_TLS_CERTIFICATE_FILE: z.string().min(1).optional(),
  DROP_TLS_KEY_FILE: z.string().min(1).optional(),
  DROP_NAMESPACE: z.string().min(1).default('drop-system'),
  DROP_SECRETS_NAMESPACE: z.string().min(1).optional(),
  DROP_EVENTS: z.enum(['true', 'false']).default('false'),
  DROP_DEFAULT_POLICY: z.string().min(1).default('default'),
  DROP_INVENTORIES: wholeNumber.pipe(z.number().max(INVENTORIES_LIMIT)).default(DEFAULT_INVENTORIES),
  DROP_BODY_LIMIT_BYTES: wholeNumber.pipe(z.number().min(1024)).default(DEFAULT_BODY_LIMIT_BYTES),
  DROP_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  DROP_CHART_VERSION: z.string().min(1).optional(),
  DROP_PULL_POD_RESOURCES: resourcesText.optional(),
  DROP_PULL_POD_PRIORITY_CLASS: z.string().min(1).optional(),
  DROP_PULL_POD_SECURITY_CONTEXT: jsonVariable(podSecurityContext).optional(),
  DROP_PULL_CONTAINER_SECURITY_CONTEXT: jsonVariable(containerSecurityContext).optional(),
  DROP_PULL_POD_LABELS: jsonVariable(additionalLabels).optional(),
  DROP_PULL_POD_ANNOTATIONS: jsonVariable(additionalAnnotations).optional(),
});

type Environment = z.infer<typeof environmentShape>;

/** Paths of PEM files. */
export interface CertificateFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface ServiceConfig {
  /** Undefined: no token is required. */
  readonly token: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly adminPort: number;
  readonly bodyLimitBytes: number;
  readonly logLevel: string;
  /** Undefined: the hooks are served without TLS. */
  readonly tls: CertificateFiles | undefined;
  /** The only namespace from which Secrets are read. */
  readonly secretsNamespace: string;
  /** Whether status changes are recorded as Events. */
  readonly writesEvents: boolean;
  /** For discovery alone. Absent: the environment names no proxy. */
  readonly proxies?: ProxyVariables | undefined;
  /** Undefined: the service was not started by the chart. */
  readonly chartVersion?: string | undefined;
  readonly settings: HookSettings;
}

/** An invalid setting. It prevents the start of the service. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

function readToken(path: string): string {
  let token: string;
  try {
    token = readFileSync(path, 'utf8').trim();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new ConfigError(`DROP_TOKEN_FILE ${path} cannot be read (${code})`);
  }
  if (token === '') throw new ConfigError(`DROP_TOKEN_FILE ${path} is empty`);
  return token;
}

function certificateFiles(values: Environment): CertificateFiles | undefined {
  const { DROP_TLS_CERTIFICATE_FILE: certificateFile, DROP_TLS_KEY_FILE: keyFile } = values;
  if (certificateFile !== undefined && keyFile !== undefined) return { certificateFile, keyFile };
  if (certificateFile === undefined && keyFile === undefined) return undefined;
  throw new ConfigError('DROP_TLS_CERTIFICATE_FILE and DROP_TLS_KEY_FILE must be set together: set both or neither');
}

function pullPodSettings(values: Environment): PullPodSettings {
  const defaults = DEFAULT_PULL_POD_SETTINGS;
  return {
    resources: values.DROP_PULL_POD_RESOURCES ?? defaults.resources,
    priorityClassName: values.DROP_PULL_POD_PRIORITY_CLASS,
    podSecurityContext: values.DROP_PULL_POD_SECURITY_CONTEXT ?? defaults.podSecurityContext,
    securityContext: values.DROP_PULL_CONTAINER_SECURITY_CONTEXT ?? defaults.securityContext,
    labels: values.DROP_PULL_POD_LABELS ?? defaults.labels,
    annotations: values.DROP_PULL_POD_ANNOTATIONS ?? defaults.annotations,
  };
}

/** Kubernetes sets DROP_PORT to such an address in each Pod if the namespace has a Service named drop. */
const serviceLink = /^(tcp|udp|sctp):\/\//;

/** Charts and shells may leave variables empty: these count as unset, and so do Kubernetes' service links. */
function withoutUnset(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '' && !serviceLink.test(entry[1]),
    ),
  );
}

/** Throws a ConfigError that names the invalid variables. */
export function readConfig(environment: NodeJS.ProcessEnv): ServiceConfig {
  const result = environmentShape.safeParse(withoutUnset(environment));
  if (!result.success) {
    const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(problems.join('; '));
  }
  const values = result.data;
  const token = values.DROP_TOKEN_FILE === undefined ? undefined : readToken(values.DROP_TOKEN_FILE);
  if (token === undefined && values.DROP_ALLOW_ANONYMOUS !== 'true') {
    throw new ConfigError(
      'no bearer token: set DROP_TOKEN_FILE to the file with the token, or DROP_ALLOW_ANONYMOUS=true',
    );
  }
  return {
    token,
    host: values.DROP_HOST,
    port: values.DROP_PORT,
    adminPort: values.DROP_ADMIN_PORT,
    bodyLimitBytes: values.DROP_BODY_LIMIT_BYTES,
    logLevel: values.DROP_LOG_LEVEL,
    tls: certificateFiles(values),
    secretsNamespace: values.DROP_SECRETS_NAMESPACE ?? values.DROP_NAMESPACE,
    writesEvents: values.DROP_EVENTS === 'true',
    proxies: readProxyVariables(environment),
    chartVersion: values.DROP_CHART_VERSION,
    settings: {
      namespace: values.DROP_NAMESPACE,
      defaultPolicyName: values.DROP_DEFAULT_POLICY,
      inventoryCount: values.DROP_INVENTORIES,
      pullPods: pullPodSettings(values),
    },
  };
}
