// `kubectl drop render crds|controllers` prints YAML for `kubectl apply`.
import type { Command } from 'commander';
import type { ControllerOptions, Endpoint, TokenSecret } from '../../metacontroller/registrations.ts';
import type { CommandContext } from '../command-context.ts';
import { UsageError } from '../usage-error.ts';
import { renderControllers, renderDefinitions } from './rendered-objects.ts';

const SERVICE_PORT = 8080;
const DEFAULT_SERVICE = 'drop/drop-system';

interface ControllerFlags {
  readonly url?: string;
  readonly service?: string;
  readonly tokenSecret?: string;
}

function parts(text: string, count: number, shape: string): string[] {
  const found = text.split('/');
  if (found.length !== count || found.includes('')) throw new UsageError(`"${text}" is not ${shape}`);
  return found;
}

function endpointOf({ url, service = DEFAULT_SERVICE }: ControllerFlags): Endpoint {
  if (url !== undefined) {
    const isWeb = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
    if (!isWeb) throw new UsageError(`--url "${url}" is not a URL that begins with http:// or https://`);
    return { kind: 'url', url };
  }
  const [name = '', namespace = ''] = parts(service, 2, 'NAME/NAMESPACE');
  return { kind: 'service', name, namespace, port: SERVICE_PORT };
}

function tokenSecretOf({ tokenSecret }: ControllerFlags): TokenSecret | undefined {
  if (tokenSecret === undefined) return undefined;
  const [namespace = '', name = '', key = ''] = parts(tokenSecret, 3, 'NAMESPACE/NAME/KEY');
  return { namespace, name, key };
}

function controllerOptions(flags: ControllerFlags): ControllerOptions {
  if (flags.url !== undefined && flags.service !== undefined) {
    throw new UsageError('use either --url or --service, not both');
  }
  return { endpoint: endpointOf(flags), tokenSecret: tokenSecretOf(flags) };
}

export function addRenderCommand(program: Command, { report }: CommandContext): void {
  const render = program
    .command('render')
    .description('Print the objects of an installation without Helm, for kubectl apply');
  render
    .command('crds')
    .description('Print the CustomResourceDefinitions')
    .action(() => report({ text: renderDefinitions(), exitCode: 0 }));
  render
    .command('controllers')
    .description('Print the registrations with Metacontroller')
    .option('--url <url>', 'URL at which Metacontroller calls the service, for example http://127.0.0.1:8080')
    .option('--service <name/namespace>', `Kubernetes Service of the service, port 8080 (default: ${DEFAULT_SERVICE})`)
    .option(
      '--token-secret <namespace/name/key>',
      'Secret with the bearer token that the service reads from DROP_TOKEN_FILE',
    )
    .action((flags: ControllerFlags) => report({ text: renderControllers(controllerOptions(flags)), exitCode: 0 }));
}
