// Image templates: text with {{ .Registry }}, {{ .Repository }} and {{ .Tag }}. Other braces are invalid.
import type { CompileResult } from '../compiled-field.ts';

interface TemplateValues {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}

/** Fills the template. */
export type Template = (values: TemplateValues) => string;

export const DEFAULT_TEMPLATE = '{{ .Registry }}/{{ .Repository }}:{{ .Tag }}';

const fields: Readonly<Record<string, keyof TemplateValues>> = {
  Registry: 'registry',
  Repository: 'repository',
  Tag: 'tag',
};

const action = /\{\{\s*\.([A-Za-z]+)\s*\}\}/g;

export function compileTemplate(source: string): CompileResult<Template> {
  const unknown = [...source.matchAll(action)].find(([, name]) => !Object.hasOwn(fields, name ?? ''));
  if (unknown !== undefined) {
    const problem = `unknown field ${unknown[0]} at position ${unknown.index}: use .Registry, .Repository or .Tag`;
    return { ok: false, problem };
  }
  const blanked = source.replace(action, (text) => ' '.repeat(text.length));
  // An image reference contains no braces, so a single brace is an error too.
  const stray = blanked.search(/[{}]/);
  if (stray >= 0) {
    const problem = `unsupported braces at position ${stray}: use {{ .Registry }}, {{ .Repository }} or {{ .Tag }}`;
    return { ok: false, problem };
  }
  const fill: Template = (values) =>
    source.replace(action, (_, name: string) => {
      const field = fields[name];
      return field === undefined ? '' : values[field];
    });
  return { ok: true, value: fill };
}
