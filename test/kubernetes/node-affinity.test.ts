// Proves that nodes are selected as by node affinity. Many rows are those of `nodeaffinity_test.go` of
// k8s.io/component-helpers.
import { expect, test } from 'vitest';
import { isValidNodeAffinity, matchesNodeAffinity } from '../../kubernetes/node-affinity.ts';

type Row = readonly [key: string, operator: string, ...values: string[]];

const requirements = (rows: readonly Row[]) => rows.map(([key, operator, ...values]) => ({ key, operator, values }));
const labels = (...rows: Row[]) => ({ matchExpressions: requirements(rows) });
const fields = (...rows: Row[]) => ({ matchFields: requirements(rows) });

const nodeLabels = new Map([
  ['zone', 'a'],
  ['cores', '16'],
  ['empty', ''],
  ['large', '9223372036854775808'],
]);
const node = { name: 'worker-1', labelOf: (key: string) => nodeLabels.get(key) };

type Term = ReturnType<typeof labels> | ReturnType<typeof fields> | object;

function verdict(...nodeSelectorTerms: Term[]): boolean | 'invalid' {
  const selector = { nodeSelectorTerms };
  return isValidNodeAffinity(selector) ? matchesNodeAffinity(selector, node) : 'invalid';
}

test.each<{ row: Row; selected: boolean | 'invalid' }>([
  { row: ['zone', 'In', 'a'], selected: true },
  { row: ['zone', 'In', 'b', 'a'], selected: true },
  { row: ['zone', 'In', 'b'], selected: false },
  { row: ['missing', 'In', 'a'], selected: false },
  { row: ['missing', 'In', ''], selected: false },
  { row: ['zone', 'NotIn', 'b'], selected: true },
  { row: ['zone', 'NotIn', 'a'], selected: false },
  { row: ['missing', 'NotIn', 'a'], selected: true },
  { row: ['zone', 'Exists'], selected: true },
  { row: ['empty', 'Exists'], selected: true },
  { row: ['missing', 'Exists'], selected: false },
  { row: ['zone', 'DoesNotExist'], selected: false },
  { row: ['missing', 'DoesNotExist'], selected: true },
  { row: ['cores', 'Gt', '8'], selected: true },
  { row: ['cores', 'Gt', '16'], selected: false },
  { row: ['cores', 'Lt', '100'], selected: true },
  { row: ['cores', 'Lt', '16'], selected: false },
  { row: ['missing', 'Gt', '0'], selected: false },
  { row: ['missing', 'Lt', '9'], selected: false },
  { row: ['zone', 'Gt', '0'], selected: false },
  { row: ['empty', 'Lt', '9'], selected: false },
  { row: ['large', 'Gt', '0'], selected: false },
  { row: ['cores', 'Lt', '9223372036854775807'], selected: true },
  { row: ['zone', 'In'], selected: 'invalid' },
  { row: ['zone', 'NotIn'], selected: 'invalid' },
  { row: ['zone', 'Exists', 'a'], selected: 'invalid' },
  { row: ['zone', 'DoesNotExist', 'a'], selected: 'invalid' },
  { row: ['cores', 'Gt'], selected: 'invalid' },
  { row: ['cores', 'Gt', '1', '2'], selected: 'invalid' },
  { row: ['cores', 'Lt', '1.5'], selected: 'invalid' },
  { row: ['cores', 'Lt', 'many'], selected: 'invalid' },
  { row: ['cores', 'Lt', ''], selected: 'invalid' },
  { row: ['cores', 'Gt', '-1'], selected: 'invalid' },
  { row: ['cores', 'Gt', '9223372036854775808'], selected: 'invalid' },
  { row: ['zone', 'in', 'a'], selected: 'invalid' },
  { row: ['zone', '', 'a'], selected: 'invalid' },
  { row: ['zone', 'toString', 'a'], selected: 'invalid' },
  { row: ['a zone', 'In', 'a'], selected: 'invalid' },
  { row: ['', 'Exists'], selected: 'invalid' },
  { row: ['zone', 'In', 'no label value'], selected: 'invalid' },
])('a requirement on labels $row gives $selected', ({ row, selected }) => {
  expect(verdict(labels(row))).toBe(selected);
});

test.each<{ row: Row; selected: boolean | 'invalid' }>([
  { row: ['metadata.name', 'In', 'worker-1'], selected: true },
  { row: ['metadata.name', 'In', 'worker-2'], selected: false },
  { row: ['metadata.name', 'NotIn', 'worker-2'], selected: true },
  { row: ['metadata.name', 'NotIn', 'worker-1'], selected: false },
  { row: ['metadata.uid', 'In', 'worker-1'], selected: false },
  { row: ['metadata.uid', 'NotIn', 'worker-1'], selected: true },
  { row: ['metadata.name', 'In', 'no node name'], selected: false },
  { row: ['metadata.name', 'In', 'worker-1', 'worker-2'], selected: 'invalid' },
  { row: ['metadata.name', 'In'], selected: 'invalid' },
  { row: ['metadata.name', 'Exists'], selected: 'invalid' },
  { row: ['metadata.name', 'DoesNotExist'], selected: 'invalid' },
  { row: ['metadata.name', 'Gt', '1'], selected: 'invalid' },
])('a requirement on fields $row gives $selected', ({ row, selected }) => {
  expect(verdict(fields(row))).toBe(selected);
});

const matching = labels(['zone', 'Exists']);
const other = labels(['zone', 'In', 'b']);

test.each([
  { what: 'an empty list of terms selects no node', terms: [], selected: false },
  { what: 'an empty term selects no node', terms: [{}], selected: false },
  { what: 'a term with empty lists selects no node', terms: [{ ...labels(), ...fields() }], selected: false },
  { what: 'an empty term beside a matching one does no harm', terms: [{}, matching], selected: true },
  { what: 'one matching term is enough', terms: [other, matching], selected: true },
  { what: 'without a matching term no node is selected', terms: [other, other], selected: false },
  {
    what: 'all expressions of a term must hold',
    terms: [labels(['zone', 'Exists'], ['zone', 'In', 'b'])],
    selected: false,
  },
  {
    what: 'expressions and fields of a term must both hold',
    terms: [{ ...matching, ...fields(['metadata.name', 'In', 'worker-2']) }],
    selected: false,
  },
  {
    what: 'expressions and fields that both hold select the node',
    terms: [{ ...matching, ...fields(['metadata.name', 'In', 'worker-1']) }],
    selected: true,
  },
  {
    what: 'an invalid term makes the selector invalid although another one matches',
    terms: [matching, labels(['zone', 'In'])],
    selected: 'invalid',
  },
])('$what', ({ terms, selected }) => {
  expect(verdict(...terms)).toBe(selected);
});

test('requirements without a list of values have none', () => {
  expect(verdict({ matchExpressions: [{ key: 'zone', operator: 'Exists' }] })).toBe(true);
  expect(verdict({ matchExpressions: [{ key: 'zone', operator: 'In' }] })).toBe('invalid');
});
