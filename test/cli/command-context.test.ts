// The flags that every command with a cluster has.
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addClusterFlags, addOutputFlag, settingsOf } from '../../cli/command-context.ts';

function flagsOf(args: readonly string[], environment: Readonly<Record<string, string>> = {}): unknown {
  const command = new Command('test').exitOverride().configureOutput({ writeErr: () => undefined });
  addClusterFlags(command, { environment });
  addOutputFlag(command);
  return command.parse(args, { from: 'user' }).opts();
}

const defaults = { namespace: 'drop-system', defaultPolicy: 'default', output: 'table' };
const ofService = { DROP_NAMESPACE: 'pulls', DROP_DEFAULT_POLICY: 'slow' };

describe('the flags of a cluster', () => {
  it.each<[string, readonly string[], Readonly<Record<string, string>>, object]>([
    ['have defaults', [], {}, defaults],
    [
      'take the settings of the service, for kubectl exec',
      [],
      ofService,
      {
        ...defaults,
        namespace: 'pulls',
        defaultPolicy: 'slow',
      },
    ],
    ['ignore an empty variable', [], { DROP_NAMESPACE: '', DROP_DEFAULT_POLICY: '' }, defaults],
    [
      'win over the environment',
      ['-n', 'mine', '--default-policy=fast'],
      ofService,
      {
        ...defaults,
        namespace: 'mine',
        defaultPolicy: 'fast',
      },
    ],
    [
      'name a kubeconfig, a context and a format',
      ['--kubeconfig', 'file', '--context', 'blue', '-o', 'json'],
      {},
      {
        ...defaults,
        kubeconfig: 'file',
        context: 'blue',
        output: 'json',
      },
    ],
  ])('%s', (_title, args, environment, expected) => {
    expect(flagsOf(args, environment)).toEqual(expected);
  });

  it('refuse another format', () => {
    expect(() => flagsOf(['-o', 'yaml'])).toThrow(
      "option '-o, --output <format>' argument 'yaml' is invalid. Allowed choices are table, json.",
    );
  });

  it('become the settings of the hooks', () => {
    expect(settingsOf({ namespace: 'pulls', defaultPolicy: 'slow' })).toMatchObject({
      namespace: 'pulls',
      defaultPolicyName: 'slow',
    });
  });
});
