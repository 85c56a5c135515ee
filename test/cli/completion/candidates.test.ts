// What a shell offers for the words before the cursor.
import { Command, Option } from 'commander';
import { expect, it } from 'vitest';
import { completionOf, completionText, type NamedResource } from '../../../cli/completion/candidates.ts';

const names = ['nginx', 'nginx-alpine', 'redis'];
const policies = ['ci', 'nightly'];
const seen: [NamedResource, ReadonlyMap<string, string>][] = [];

function program(): Command {
  const all = new Command('kubectl drop').version('1', '--version');
  all
    .command('find')
    .argument('<image>')
    .argument('[node]')
    .option('--kubeconfig <file>')
    .option('--context <name>')
    .option('--quiet')
    .option('--nodes <file|count>')
    .addOption(new Option('-o, --output <format>').choices(['table', 'json']))
    .addOption(new Option('--secret <x>').hideHelp());
  all.command('rank').argument('[policy]').argument('[reference]');
  all.command('print').command('crds');
  return all;
}

const objectNames = async (resource: NamedResource, flags: ReadonlyMap<string, string>) => {
  seen.push([resource, flags]);
  return resource === 'cachedimages' ? names : policies;
};

it.each<[string, readonly string[], readonly string[]]>([
  ['no word', [], ['find', 'rank', 'print']],
  ['the subcommands', [''], ['find', 'rank', 'print']],
  ['the beginning of a subcommand', ['f'], ['find']],
  ['a word that begins no subcommand', ['x'], []],
  ['the subcommands of a subcommand', ['print', ''], ['crds']],
  ['the flags of the program', ['--'], ['--version', '--help']],
  [
    'the flags of a subcommand, without hidden ones',
    ['find', '--'],
    ['--kubeconfig', '--context', '--quiet', '--nodes', '--output', '--help'],
  ],
  ['the beginning of a flag', ['find', '--q'], ['--quiet']],
  ['a flag after an argument', ['find', 'nginx', '--q'], ['--quiet']],
  ['the values of a flag', ['find', '--output', ''], ['table', 'json']],
  ['the values of a short flag', ['find', '-o', 'j'], ['json']],
  ['the values of a flag with an equals sign', ['find', '--output=t'], ['--output=table']],
  ['a flag without choices with an equals sign', ['find', '--context=t'], []],
  ['a flag whose values are unknown', ['find', '--context', ''], []],
  ['the names of images', ['find', ''], names],
  ['the beginning of the name of an image', ['find', 'ng'], ['nginx', 'nginx-alpine']],
  ['the names of policies', ['rank', ''], policies],
  ['the argument after a policy, whose values are unknown', ['rank', 'ci', ''], []],
  ['an image after a flag with a value', ['find', '--context', 'blue', 'r'], ['redis']],
  ['an image after a flag without a value', ['find', '--quiet', 'r'], ['redis']],
  ['an image after an unknown flag', ['find', '--loud', 'r'], ['redis']],
  ['an image after two hyphens', ['find', '--', 'r'], ['redis']],
  ['a flag after two hyphens', ['find', '--', '--q'], []],
  ['the second argument, whose values are unknown', ['find', 'nginx', ''], []],
  ['an argument too many', ['find', 'nginx', 'node', ''], []],
])('%s', async (_title, words, candidates) => {
  expect(await completionOf(program(), words, objectNames)).toEqual({ candidates, wantsFiles: false });
});

it.each<[readonly string[]]>([[['find', '--kubeconfig', '']], [['find', '--nodes', 'no']]])(
  'the value of the last flag in %j is a file name',
  async (words) => {
    expect(await completionOf(program(), words, objectNames)).toEqual({ candidates: [], wantsFiles: true });
  },
);

it('the names of images come from the cluster of the flags', async () => {
  seen.splice(0);
  await completionOf(program(), ['find', '--kubeconfig=a', '--context', 'blue', '-o', 'json', 'x'], objectNames);
  expect(seen.map(([resource, flags]) => [resource, Object.fromEntries(flags)])).toEqual([
    ['cachedimages', { kubeconfig: 'a', context: 'blue', output: 'json' }],
  ]);
});

it('the cluster is read for the name of an image only', async () => {
  seen.splice(0);
  for (const words of [[''], ['find', '--'], ['find', '-o', ''], ['find', 'nginx', '']]) {
    await completionOf(program(), words, objectNames);
  }
  expect(seen).toEqual([]);
});

it('the output ends with a directive of kubectl', () => {
  expect(completionText({ candidates: ['a', 'b'], wantsFiles: false })).toBe('a\nb\n:4\n');
  expect(completionText({ candidates: [], wantsFiles: true })).toBe(':0\n');
});
