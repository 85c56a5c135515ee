// The subset of JSONPath that printer columns use: dotted fields, escaped dots, and a filter on one field.
import { isObject } from './json.ts';

type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'filter'; readonly field: string; readonly value: string };

const stepPattern = /\.((?:\\.|[^.[\\])+)|\[\?\(@\.(\w+)=="([^"]*)"\)\]/y;

/** Throws for an expression outside the subset. */
function stepsOf(path: string): readonly Step[] {
  const steps: Step[] = [];
  let index = 0;
  while (index < path.length) {
    stepPattern.lastIndex = index;
    const match = stepPattern.exec(path);
    if (match === null) throw new Error(`unsupported JSONPath: ${path.slice(index)}`);
    const [text, name, field, value] = match;
    if (name !== undefined) steps.push({ kind: 'field', name: name.replaceAll('\\', '') });
    else steps.push({ kind: 'filter', field: field ?? '', value: value ?? '' });
    index += text.length;
  }
  return steps;
}

function follow(value: unknown, step: Step): readonly unknown[] {
  if (step.kind === 'field') return isObject(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
  return Array.isArray(value) ? value.filter((item) => isObject(item) && item[step.field] === step.value) : [];
}

/** Returns the first match of a path such as `.status.conditions[?(@.type=="Ready")].reason`, or undefined. */
export function readJsonPath(path: string, value: unknown): unknown {
  let found: readonly unknown[] = [value];
  for (const step of stepsOf(path)) found = found.flatMap((item) => follow(item, step));
  return found[0];
}
