// Which test runs which shell block of the documents. A block that is not listed here fails test/docs/commands.test.ts.

/** How a block is run. `parsed`: test/docs/commands.test.ts passes each command to the program's own parser. */
type Runner =
  | 'parsed'
  | 'test/cluster/whole-system/readme.test.ts'
  | 'test/cluster/charts-migration.test.ts'
  | 'test/cluster/charts-offline.test.ts'
  | 'test/cluster/package/installed-command.test.ts';

export interface CommandBlock {
  readonly file: string;
  /** All shell blocks below this heading. */
  readonly heading: string;
  readonly runner: Runner;
}

const cluster = 'test/cluster/whole-system/readme.test.ts';
const migration = 'test/cluster/charts-migration.test.ts';

export const commandBlocks: readonly CommandBlock[] = [
  { file: 'README.md', heading: 'See it work', runner: 'parsed' },
  { file: 'README.md', heading: 'Install', runner: cluster },
  { file: 'README.md', heading: 'First image', runner: cluster },
  { file: 'CONTRIBUTING.md', heading: 'Set-up', runner: 'parsed' },
  { file: 'CONTRIBUTING.md', heading: 'Development loop', runner: 'parsed' },
  { file: 'docs/concepts.md', heading: 'How a node and an image meet', runner: cluster },
  { file: 'docs/discovery.md', heading: 'Credentials', runner: cluster },
  { file: 'docs/discovery.md', heading: 'When a source fails', runner: cluster },
  { file: 'docs/install.md', heading: 'Install Metacontroller', runner: cluster },
  { file: 'docs/install.md', heading: 'Install Drop', runner: cluster },
  {
    file: 'docs/install.md',
    heading: 'Argo CD and `helm template`',
    runner: 'test/cluster/charts-offline.test.ts',
  },
  { file: 'docs/install.md', heading: 'First image', runner: cluster },
  { file: 'docs/install.md', heading: '`kubectl drop`', runner: 'test/cluster/package/installed-command.test.ts' },
  { file: 'docs/install.md', heading: 'Upgrade', runner: cluster },
  { file: 'docs/install.md', heading: 'Uninstall', runner: cluster },
  { file: 'docs/install.md', heading: 'Remove everything', runner: cluster },
  { file: 'docs/install.md', heading: 'Definitions in a release of their own', runner: cluster },
  { file: 'docs/install.md', heading: 'Without Helm', runner: cluster },
  { file: 'docs/migration.md', heading: 'Save your objects', runner: migration },
  { file: 'docs/migration.md', heading: 'Definitions in the release drop-crds', runner: migration },
  { file: 'docs/migration.md', heading: 'Definitions in the release of the operator', runner: migration },
  { file: 'docs/migration.md', heading: 'Definitions that belong to no release', runner: migration },
  { file: 'docs/migration.md', heading: 'Remove what the original left behind', runner: migration },
  { file: 'docs/migration.md', heading: 'Compare', runner: migration },
  { file: 'docs/operations.md', heading: 'Inventories', runner: cluster },
  { file: 'docs/pull-pacing.md', heading: 'See which gate is closed', runner: cluster },
  { file: 'docs/pull-pacing.md', heading: 'Pause', runner: cluster },
  { file: 'docs/troubleshooting.md', heading: 'Status and troubleshooting', runner: cluster },
  { file: 'docs/troubleshooting.md', heading: 'Nothing has a status', runner: cluster },
  { file: 'docs/troubleshooting.md', heading: 'No pull Pods are visible', runner: cluster },
  { file: 'docs/troubleshooting.md', heading: 'The default objects', runner: cluster },
  {
    file: 'docs/troubleshooting.md',
    heading: 'A set or policy is stuck after `--cascade=orphan`',
    runner: cluster,
  },
];
