// Runs shell blocks of the documents word for word, in the checkout, with the tools and the configuration of a user.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { inject } from 'vitest';
import { blocksBelow, root } from '../../docs/documents.ts';
import { pathOf } from '../binaries.ts';
import type { Cluster } from '../cluster.ts';
import { metacontrollerDefinitions } from '../metacontroller-definitions.ts';

interface Substitution {
  readonly documented: RegExp;
  readonly instead: string;
  readonly why: string;
}

/** What the test runs instead of a documented command. Every other command runs as it is written. */
const substitutions: readonly Substitution[] = [
  {
    documented: /^helm install metacontroller oci:(?:.*\\\n)*.*\n/m,
    instead: [
      'kubectl apply -f "$METACONTROLLER_DEFINITIONS"',
      'kubectl wait --for=condition=Established --timeout=30s -f "$METACONTROLLER_DEFINITIONS"\n',
    ].join('\n'),
    why: 'the chart of Metacontroller needs the network; its kinds are defined here, its binary runs on the host',
  },
  {
    documented: /oci:\/\/ghcr\.io\/corewire\/charts\/drop --version "\$VERSION"/,
    instead: '"$ORIGINAL_CHART"',
    why: 'the chart of the original needs the network; the test has a chart that plays it',
  },
];

function withSubstitutions(block: string): string {
  return substitutions.reduce((text, { documented, instead }) => text.replace(documented, instead), block);
}

export interface DocumentedCommands {
  /** Runs the shell blocks below a heading and returns what they print. Throws with the output if a command fails. */
  run(file: string, heading: string): Promise<string>;
  /** Applies the YAML blocks below a heading with kubectl. */
  apply(file: string, heading: string): Promise<void>;
  /** The blocks that were run, as `file, heading`. */
  readonly done: ReadonlySet<string>;
  /** Removes the home directory of the user. */
  close(): void;
}

/**
 * Returns the commands of a user whose home directory is empty, and who has kubectl and helm for this cluster.
 * `originalChart` is the path of the chart that plays the one of the original Drop.
 */
export function documentedCommands(cluster: Cluster, originalChart = ''): DocumentedCommands {
  const { binaries } = inject('clusterRun');
  const home = mkdtempSync(join(tmpdir(), 'drop-documented-'));
  mkdirSync(join(home, '.local/bin'), { recursive: true });
  const definitions = join(home, 'metacontroller-definitions.json');
  writeFileSync(definitions, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: metacontrollerDefinitions }));
  const folders = [pathOf(binaries, 'kubectl'), pathOf(binaries, 'helm')].map((path) => dirname(path));
  const env = {
    ...process.env,
    HOME: home,
    PATH: [join(home, '.local/bin'), ...folders, process.env.PATH].join(delimiter),
    KUBECONFIG: cluster.kubeconfig,
    METACONTROLLER_DEFINITIONS: definitions,
    ORIGINAL_CHART: originalChart,
  };
  const done = new Set<string>();

  async function runShell(script: string): Promise<string> {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', script], { cwd: root, env });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`exit code ${code}: ${output}`);
    return output;
  }

  return {
    async run(file, heading) {
      const output = await runShell(withSubstitutions(blocksBelow(file, heading, 'sh')));
      done.add(`${file}, ${heading}`);
      return output;
    },
    async apply(file, heading) {
      await cluster.kubectl(['apply', '-f', '-'], blocksBelow(file, heading, 'yaml'));
    },
    done,
    close: () => rmSync(home, { recursive: true, force: true }),
  };
}
