// Finds small mistakes that code could have: a reversed comparison, a lost condition, an off-by-one error.

/** A node of the parser's syntax tree (ESTree with TypeScript). */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  // biome-ignore lint/suspicious/noExplicitAny: each type of node has its own fields
  readonly [field: string]: any;
}

export interface Mutation {
  readonly start: number;
  readonly end: number;
  /** The text that replaces the range. */
  readonly replacement: string;
}

type Mutator = (node: SyntaxNode, text: (node: SyntaxNode) => string) => readonly string[];

const otherOperators: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '&&': ['||'],
  '||': ['&&'],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '**': ['*'],
};

const binary: Mutator = (node, text) =>
  (otherOperators[node.operator] ?? []).map((operator) => `${text(node.left)} ${operator} ${text(node.right)}`);

/** A logical expression is also replaced by each of its sides. */
const logical: Mutator = (node, text) =>
  node.operator === '??'
    ? [text(node.left), text(node.right)]
    : [...binary(node, text), text(node.left), text(node.right)];

const otherMethods: ReadonlyMap<string, string> = new Map([
  ['some', 'every'],
  ['every', 'some'],
  ['min', 'max'],
  ['max', 'min'],
  ['ceil', 'floor'],
  ['floor', 'ceil'],
  ['startsWith', 'endsWith'],
  ['endsWith', 'startsWith'],
]);
/** Methods whose result has the type of their object, so that the call can be left out. */
const passingMethods = new Set(['filter', 'slice', 'sort', 'toSorted', 'reverse', 'trim', 'toLowerCase', 'concat']);

const call: Mutator = (node, text) => {
  const { callee } = node;
  if (callee.type !== 'MemberExpression' || callee.computed === true) return [];
  const name: string = callee.property.name;
  const args = text(node).slice(callee.end - node.start);
  const other = otherMethods.get(name);
  return [
    ...(other === undefined ? [] : [`${text(callee.object)}.${other}${args}`]),
    ...(passingMethods.has(name) ? [text(callee.object)] : []),
  ];
};

const literal: Mutator = (node) => {
  switch (typeof node.value) {
    case 'boolean':
      return [String(!node.value)];
    case 'number':
      return [String(node.value + 1), ...(node.value > 0 ? [String(node.value - 1)] : [])];
    case 'string':
      return [node.value === '' ? "'mutated'" : "''"];
    default:
      return [];
  }
};

const mutators: Readonly<Record<string, Mutator>> = {
  BinaryExpression: binary,
  LogicalExpression: logical,
  UnaryExpression: (node, text) => (node.operator === '!' || node.operator === '-' ? [text(node.argument)] : []),
  ConditionalExpression: (node, text) => [text(node.consequent), text(node.alternate)],
  CallExpression: call,
  Literal: literal,
  ArrayExpression: (node) => (node.elements.length > 0 ? ['[]'] : []),
};

const signs: ReadonlySet<string> = new Set(['1', '-1']);

/** Whether a node is the `a < b ? -1 : 1` of a comparator, whose only meaningful mutation is the other direction. */
function isComparison(node: SyntaxNode, text: (node: SyntaxNode) => string): boolean {
  return node.type === 'ConditionalExpression' && signs.has(text(node.consequent)) && signs.has(text(node.alternate));
}

/** Statements whose test is also replaced by true and false. */
const tests: ReadonlySet<string> = new Set(['IfStatement', 'WhileStatement']);

/** Fields of a node that are not executed, or whose content cannot be wrapped. */
const quietFields: Readonly<Record<string, readonly string[]>> = {
  ImportDeclaration: ['source', 'specifiers', 'attributes'],
  ExportNamedDeclaration: ['source', 'specifiers'],
  Property: ['key'],
  MemberExpression: ['property'],
  SwitchCase: ['test'],
};

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const quiet = quietFields[node.type] ?? [];
  return Object.entries(node)
    .filter(([field]) => !quiet.includes(field) || (field === 'property' && node.computed === true))
    .flatMap(([, value]) => (Array.isArray(value) ? value : [value]))
    .filter((value): value is SyntaxNode => typeof value?.type === 'string' && typeof value.start === 'number')
    .filter(
      ({ type }) =>
        !type.startsWith('TS') ||
        type === 'TSAsExpression' ||
        type === 'TSSatisfiesExpression' ||
        type === 'TSNonNullExpression',
    );
}

/** Every mutation of the source; those of inner nodes come before those of outer nodes. */
export function mutationsOf(program: SyntaxNode, source: string): Mutation[] {
  const text = (node: SyntaxNode) => source.slice(node.start, node.end);
  const found: Mutation[] = [];
  const add = ({ start, end }: SyntaxNode, replacements: readonly string[]) => {
    for (const replacement of new Set(replacements)) found.push({ start, end, replacement });
  };
  const visit = (node: SyntaxNode): void => {
    // A directive or a string statement has no effect.
    if (node.type === 'ExpressionStatement' && node.expression.type === 'Literal') return;
    if (isComparison(node, text)) {
      add(node, [`${text(node.test)} ? ${text(node.alternate)} : ${text(node.consequent)}`]);
      return;
    }
    for (const child of childrenOf(node)) visit(child);
    add(node, mutators[node.type]?.(node, text) ?? []);
    if (tests.has(node.type)) add(node.test, ['true', 'false']);
  };
  visit(program);
  return found;
}
