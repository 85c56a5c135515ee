// The command `kubectl drop`: `kubectl drop render crds|controllers` prints YAML.
import { parseArgs } from 'node:util';
import type { ControllerOptions, Endpoint, TokenSecret } from '../metacontroller/registrations.ts';
import { renderControllers, renderDefinitions } from './render.ts';
import { UsageError } from './usage-error.ts';

const usage = `usage:
  kubectl drop render crds
  kubectl drop render controllers [--url URL | --service NAME/NAMESPACE] [--token-secret NAMESPACE/NAME/KEY]

  --url           URL at which Metacontroller calls the service, for example http://127.0.0.1:8080
  --service       Kubernetes Service of the service (default drop/drop-system), port 8080
  --token-secret  Secret with the bearer token that the service reads from DROP_TOKEN_FILE
`;

const SERVICE_PORT = 8080;

function parts(text: string, count: number, shape: string): string[] {
  const found = text.split('/');
  if (found.length !== count || found.includes('')) throw new UsageError(`"${text}" is not ${shape}`);
  return found;
}

function endpointOf(url: string | undefined, service: string | undefined): Endpoint {
  if (url !== undefined && service !== undefined) throw new UsageError('use either --url or --service, not both');
  if (url !== undefined) {
    const isWeb = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
    if (!isWeb) throw new UsageError(`--url "${url}" is not a URL that begins with http:// or https://`);
    return { kind: 'url', url };
  }
  const [name = '', namespace = ''] = parts(service ?? 'drop/drop-system', 2, 'NAME/NAMESPACE');
  return { kind: 'service', name, namespace, port: SERVICE_PORT };
}

function tokenSecretOf(text: string | undefined): TokenSecret | undefined {
  if (text === undefined) return undefined;
  const [namespace = '', name = '', key = ''] = parts(text, 3, 'NAMESPACE/NAME/KEY');
  return { namespace, name, key };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        service: { type: 'string' },
        'token-secret': { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function controllerOptions(values: ReturnType<typeof parse>['values']): ControllerOptions {
  return { endpoint: endpointOf(values.url, values.service), tokenSecret: tokenSecretOf(values['token-secret']) };
}

/** Returns the text to print. Throws a UsageError for invalid arguments. */
export function runCommand(args: readonly string[]): string {
  const { values, positionals } = parse(args);
  switch (positionals.join(' ')) {
    case 'render crds':
      if (Object.keys(values).length > 0) throw new UsageError(usage);
      return renderDefinitions();
    case 'render controllers':
      return renderControllers(controllerOptions(values));
    default:
      throw new UsageError(usage);
  }
}
