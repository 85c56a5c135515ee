// Image templates: how they are filled, and which templates are refused.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileTemplate, DEFAULT_TEMPLATE } from '../../../../hooks/discovery-policy/query-types/image-template.ts';

const values = { registry: 'registry.example.com:5000', repository: 'team/app', tag: 'v1.2.3' };

function filled(source: string, changes: Partial<typeof values> = {}): string {
  const result = compileTemplate(source);
  return result.ok ? result.value({ ...values, ...changes }) : result.problem;
}

test.each([
  ['the default template', DEFAULT_TEMPLATE, 'registry.example.com:5000/team/app:v1.2.3'],
  [
    'a template with text around the fields',
    'registry.gitlab.com/{{ .Repository }}:x86_64-{{ .Tag }}',
    'registry.gitlab.com/team/app:x86_64-v1.2.3',
  ],
  ['a template without spaces', '{{.Registry}}/{{.Repository}}:{{.Tag}}', 'registry.example.com:5000/team/app:v1.2.3'],
  ['a template with irregular spaces', '{{   .Tag\t}}|{{\n.Tag}}|{{.Tag }}', 'v1.2.3|v1.2.3|v1.2.3'],
  ['a template with a repeated field', '{{ .Tag }}/{{ .Tag }}{{ .Tag }}', 'v1.2.3/v1.2.3v1.2.3'],
  ['a template with trimming dashes', 'a/ {{- .Repository -}} :{{ .Tag }}', 'a/team/app:v1.2.3'],
  [
    'a template with fields of the root',
    '{{$.Registry}}/{{ $.Repository }}:{{$.Tag}}',
    'registry.example.com:5000/team/app:v1.2.3',
  ],
  [
    'a template with comments',
    '{{/* the mirror */}}m/{{ .Repository }}:{{- /* trimmed */ -}} {{ .Tag }}',
    'm/team/app:v1.2.3',
  ],
  ['a template without fields', 'docker.io/library/alpine:3', 'docker.io/library/alpine:3'],
])('%s is filled', (_what, source, expected) => {
  expect(filled(source)).toBe(expected);
});

test.each(['$&', '$1', '$$', "$'", '{{ .Registry }}', ''])('the value %j is inserted unchanged', (tag) => {
  expect(filled('a/{{ .Repository }}:{{ .Tag }}', { tag })).toBe(`a/team/app:${tag}`);
});

const unknownField = (field: string, position: number) =>
  `unknown field ${field} at position ${position}: use .Registry, .Repository or .Tag`;
const unsupported = (position: number) =>
  `unsupported braces at position ${position}: use {{ .Registry }}, {{ .Repository }} or {{ .Tag }}`;

test.each([
  ['an unknown field', 'a:{{ .Digest }}', unknownField('{{ .Digest }}', 2)],
  ['a field in lower case', '{{ .tag }}', unknownField('{{ .tag }}', 0)],
  ['a property of every object', '{{ .constructor }}', unknownField('{{ .constructor }}', 0)],
  ['an unknown field after a known one', '{{ .Tag }}{{.Name}}', unknownField('{{.Name}}', 10)],
  ['a function', 'a:{{ .Tag | upper }}', unsupported(2)],
  ['a condition', '{{ if .Tag }}a{{ end }}', unsupported(0)],
  ['a field of a field', '{{ .Tag.Name }}', unsupported(0)],
  ['a dash without a space', '{{-.Tag}}', unsupported(0)],
  ['a comment that does not end', 'a{{/* b }}', unsupported(1)],
  ['empty braces', 'a{{}}', unsupported(1)],
  ['braces that are not closed', 'a:{{ .Tag', unsupported(2)],
  ['braces that are not opened', '{{ .Tag }}:.Tag }}', unsupported(16)],
  ['single braces', 'a:{ .Tag }', unsupported(2)],
])('a template with %s is refused with the position', (_what, source, problem) => {
  expect(filled(source)).toBe(problem);
});

test('a filled template contains no braces', () => {
  const parts = fc.constantFrom('{', '}', '{{', '}}', ' ', '.', 'Tag', '{{ .Tag }}', '{{.Registry}}', 'a/', ':');
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 8 }), (texts) => {
      const result = compileTemplate(texts.join(''));
      if (result.ok) expect(result.value(values)).not.toMatch(/[{}]/);
      else expect(result.problem).toMatch(/at position \d+/);
    }),
  );
});
