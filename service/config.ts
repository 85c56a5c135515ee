// Reads the environment once, at the start; a value that makes no sense stops the service with a sentence.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { DEFAULT_PULL_POD_RESOURCES, type HookSettings } from '../hooks/settings.ts';

const MEBIBYTE = 1024 * 1024;
const DEFAULT_BODY_LIMIT_BYTES = 64 * MEBIBYTE;
const LONGEST_PORT = 65_535;

/** JavaScript's own conversion takes a blank for 0. */
const wholeNumber = z.string().regex(/^\d+$/, 'must be a whole number').transform(Number);
const port = wholeNumber.pipe(z.number().max(LONGEST_PORT));

const resourcesText = z.string().transform((text, context) => {
  try {
    return z
      .object({ requests: z.record(z.string(), z.string()), limits: z.record(z.string(), z.string()) })
      .parse(JSON.parse(text));
  } catch {
    context.addIssue('must be JSON with requests and limits');
    return z.NEVER;
  }
});

const environmentShape = z.object({
  DROP_TOKEN_FILE: z.string().min(1).optional(),
  DROP_ALLOW_ANONYMOUS: z.enum(['true', 'false']).default('false'),
  DROP_HOST: z.string().min(1).default('0.0.0.0'),
  DROP_PORT: port.default(8080),
  DROP_ADMIN_PORT: port.default(9090),
  DROP_TLS_CERTIFICATE_FILE: z.string().min(1).optional(),
  DROP_TLS_KEY_FILE: z.string().min(1).optional(),
  DROP_NAMESPACE: z.string().min(1).default('drop-system'),
  DROP_SECRETS_NAMESPACE: z.string().min(1).optional(),
  DROP_EVENTS: z.enum(['true', 'false']).default('false'),
  DROP_DEFAULT_POLICY: z.string().min(1).default('default'),
  DROP_BODY_LIMIT_BYTES: wholeNumber.pipe(z.number().min(1024)).default(DEFAULT_BODY_LIMIT_BYTES),
  DROP_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  DROP_PULL_POD_RESOURCES: resourcesText.optional(),
  DROP_PULL_POD_PRIORITY_CLASS: z.string().min(1).optional(),
});

/** Where certificate and key are, as PEM. */
export interface CertificateFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface ServiceConfig {
  /** Undefined: every caller is answered. */
  readonly token: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly adminPort: number;
  readonly bodyLimitBytes: number;
  readonly logLevel: string;
  /** Undefined: the hooks are served without TLS. */
  readonly tls: CertificateFiles | undefined;
  /** The only namespace whose Secrets are read. */
  readonly secretsNamespace: string;
  /** Whether changes of a status are told as Events. */
  readonly writesEvents: boolean;
  readonly settings: HookSettings;
}

/** A setting that keeps the service from starting. */
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

function certificateFiles(values: z.infer<typeof environmentShape>): CertificateFiles | undefined {
  const { DROP_TLS_CERTIFICATE_FILE: certificateFile, DROP_TLS_KEY_FILE: keyFile } = values;
  if (certificateFile !== undefined && keyFile !== undefined) return { certificateFile, keyFile };
  if (certificateFile === undefined && keyFile === undefined) return undefined;
  throw new ConfigError('DROP_TLS_CERTIFICATE_FILE and DROP_TLS_KEY_FILE go together: set both or none');
}

/** Kubernetes itself sets DROP_PORT to such an address in every Pod beside a Service named drop. */
const serviceLink = /^(tcp|udp|sctp):\/\//;

/** Empty variables count as unset, as charts and shells leave them, and so do those that only tell of a Service. */
function withoutUnset(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '' && !serviceLink.test(entry[1]),
    ),
  );
}

/** Takes the environment; gives the configuration. Throws a ConfigError that says which variable is wrong. */
export function readConfig(environment: NodeJS.ProcessEnv): ServiceConfig {
  const result = environmentShape.safeParse(withoutUnset(environment));
  if (!result.success) {
    const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(problems.join('; '));
  }
  const values = result.data;
  const token = values.DROP_TOKEN_FILE === undefined ? undefined : readToken(values.DROP_TOKEN_FILE);
  if (token === undefined && values.DROP_ALLOW_ANONYMOUS !== 'true') {
    throw new ConfigError('set DROP_TOKEN_FILE to the file with the bearer token, or DROP_ALLOW_ANONYMOUS=true');
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
    settings: {
      namespace: values.DROP_NAMESPACE,
      defaultPolicyName: values.DROP_DEFAULT_POLICY,
      pullPodResources: values.DROP_PULL_POD_RESOURCES ?? DEFAULT_PULL_POD_RESOURCES,
      pullPodPriorityClassName: values.DROP_PULL_POD_PRIORITY_CLASS,
    },
  };
}
