// Image templates: text with {{ .Registry }}, {{ .Repository }} and {{ .Tag }} in the forms that Go's text/template
// allows.
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

/**
 * An action: a field, also of `$`, or a comment. A dash beside a brace, with a space after it, trims the space outside
 * (Go text/template, "Text and spaces" and "Actions"). Inside `{{` and `}}` spaces are free.
 */
const action = /(?:\s*\{\{-\s+|\{\{\s*)(?:\$?\.(?<field>[A-Za-z]+)|\/\*[\s\S]*?\*\/)(?:\s+-\}\}\s*|\s*\}\})/g;

export function compileTemplate(source: string): CompileResult<Template> {
  const unknown = [...source.matchAll(action)].find(
    ({ groups }) => groups?.field !== undefined && !Object.hasOwn(fields, groups.field),
  );
  if (unknown !== undefined) {
    const text = unknown[0].trim();
    const position = unknown.index + unknown[0].indexOf(text);
    const problem = `unknown field ${text} at position ${position}: use .Registry, .Repository or .Tag`;
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
    source.replace(action, (...match) => {
      const { field } = match.at(-1) as { readonly field?: string };
      const name = fields[field ?? ''];
      return name === undefined ? '' : values[name];
    });
  return { ok: true, value: fill };
}
