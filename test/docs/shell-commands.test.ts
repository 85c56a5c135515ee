// Checks how a shell block is split into commands and words.
import { expect, it } from 'vitest';
import { shellCommands, wordsOf } from './shell-commands.ts';

const block = `npm test   # every fast test
helm install drop charts/drop \\
  --set a=1

kubectl apply -f - <<'EOF'
kind: Fleet # a comment of the manifest
EOF
kubectl get drop
`;

it('a block is split into commands, with lines joined, comments removed and here-documents apart', () => {
  expect(shellCommands(block)).toEqual([
    { text: 'npm test', stdin: undefined },
    { text: 'helm install drop charts/drop   --set a=1', stdin: undefined },
    { text: 'kubectl apply -f -', stdin: 'kind: Fleet # a comment of the manifest\n' },
    { text: 'kubectl get drop', stdin: undefined },
  ]);
});

it('quotes are removed from words, and adjacent quoted parts are one word', () => {
  expect(wordsOf(`--set 'a={b,'\\''c}' --patch '{"x": 1}' token="$(id)"`.replaceAll("\\'", ''))).toEqual([
    '--set',
    'a={b,c}',
    '--patch',
    '{"x": 1}',
    'token=$(id)',
  ]);
});
