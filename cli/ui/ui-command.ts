// Registers `kubectl drop ui`.
import type { Command } from 'commander';
import { addClusterFlags, type ClusterFlags, type CommandContext } from '../command-context.ts';
import { UsageError } from '../usage-error.ts';
import { quoted } from '../why/find-images.ts';

const LARGEST_PORT = 65_535;

interface UiFlags extends ClusterFlags {
  readonly port?: number;
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= LARGEST_PORT) return port;
  throw new UsageError(`--port ${quoted(text)} is not a port from 0 to ${LARGEST_PORT}`);
}

/** Serves the page until the user ends the command. */
async function serveUi(flags: UiFlags, { followCluster, serve, progress }: CommandContext): Promise<void> {
  const cluster = await followCluster(flags);
  try {
    // The server is loaded only where it is needed.
    const { startUiServer } = await import('./server/ui-server.ts');
    const server = await startUiServer({ source: cluster, title: cluster.title, port: flags.port });
    const ended = serve.ended();
    serve.print(server.url);
    progress.show('Press Ctrl-C to end. The link works once, in a browser on this machine.');
    await ended;
    await server.close();
  } finally {
    cluster.stop();
  }
}

export function addUiCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('ui')
    .description('Serve a local page that shows images, nodes, queues and failures, with the rights of your kubeconfig')
    .option('--port <number>', 'port on 127.0.0.1 (default: any free port)', portNumber);
  addClusterFlags(command, context);
  command.action(async (flags: UiFlags) => {
    await serveUi(flags, context);
    context.report({ text: '', exitCode: 0 });
  });
}
