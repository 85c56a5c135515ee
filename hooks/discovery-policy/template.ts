// Image templates: text with {{ .Registry }}, {{ .Repository }} and {{ .Tag }}; anything else in braces is a mistake, never an empty string.

export interface TemplateValues {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}

export type Template = (values: TemplateValues) => string;

export type TemplateReading =
  | { readonly ok: true; readonly render: Template }
  | { readonly ok: false; readonly problem: string };

export const DEFAULT_TEMPLATE = '{{ .Registry }}/{{ .Repository }}:{{ .Tag }}';

const fields: Readonly<Record<string, keyof TemplateValues>> = {
  Registry: 'registry',
  Repository: 'repository',
  Tag: 'tag',
};

const action = /\{\{\s*\.([A-Za-z]+)\s*\}\}/g;

/** Takes a template as a user wrote it; gives the function that fills it, or what is wrong and where. */
export function readTemplate(source: string): TemplateReading {
  const unknown = [...source.matchAll(action)].find(([, name]) => !Object.hasOwn(fields, name ?? ''));
  if (unknown !== undefined) {
    const problem = `${unknown[0]} at position ${unknown.index}: there are .Registry, .Repository and .Tag`;
    return { ok: false, problem };
  }
  const blanked = source.replace(action, (text) => ' '.repeat(text.length));
  // No reference has a brace in it, so a single one is a mistake too.
  const stray = blanked.search(/[{}]/);
  if (stray >= 0)
    return {
      ok: false,
      problem: `braces at position ${stray} are not {{ .Registry }}, {{ .Repository }} or {{ .Tag }}`,
    };
  const render: Template = (values) =>
    source.replace(action, (_, name: string) => {
      const field = fields[name];
      return field === undefined ? '' : values[field];
    });
  return { ok: true, render };
}
