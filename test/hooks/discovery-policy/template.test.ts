// Image templates: how they are filled, and which of them are refused and where.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { DEFAULT_TEMPLATE, readTemplate } from '../../../hooks/discovery-policy/template.ts';

const values = { registry: 'registry.example.com:5000', repository: 'team/app', tag: 'v1.2.3' };

function filled(source: string, changes: Partial<typeof values> = {}): string {
  const reading = readTemplate(source);
  return reading.ok ? reading.render({ ...values, ...changes }) : `refused: ${reading.problem}`;
}

describe('a template is filled', () => {
  it.each([
    ['the default', DEFAULT_TEMPLATE, 'registry.example.com:5000/team/app:v1.2.3'],
    [
      'of the documents',
      'registry.gitlab.com/{{ .Repository }}:x86_64-{{ .Tag }}',
      'registry.gitlab.com/team/app:x86_64-v1.2.3',
    ],
    ['without spaces', '{{.Registry}}/{{.Repository}}:{{.Tag}}', 'registry.example.com:5000/team/app:v1.2.3'],
    ['with many spaces', '{{   .Tag\t}}|{{ .Tag}}|{{.Tag }}', 'v1.2.3|v1.2.3|v1.2.3'],
    ['with a new line within', '{{\n.Tag\n}}', 'v1.2.3'],
    ['with a field repeated', '{{ .Tag }}/{{ .Tag }}{{ .Tag }}', 'v1.2.3/v1.2.3v1.2.3'],
    ['without a field', 'docker.io/library/alpine:3', 'docker.io/library/alpine:3'],
  ])('%s', (_title, source, expected) => {
    expect(filled(source)).toBe(expected);
  });
});

describe('what stands in a field is text and nothing else', () => {
  it.each(['$&', '$1', '$$', "$'", '$`', '{{ .Registry }}', '\\', ''])('%j', (tag) => {
    expect(filled('a/{{ .Repository }}:{{ .Tag }}', { tag })).toBe(`a/team/app:${tag}`);
  });
});

describe('anything else in braces is refused, with the position', () => {
  const known = 'there are .Registry, .Repository and .Tag';
  const braces = (position: number) =>
    `braces at position ${position} are not {{ .Registry }}, {{ .Repository }} or {{ .Tag }}`;
  it.each([
    ['an unknown field', 'a:{{ .Digest }}', `{{ .Digest }} at position 2: ${known}`],
    ['a field in lower case', '{{ .tag }}', `{{ .tag }} at position 0: ${known}`],
    ['a name that is in every object', '{{ .constructor }}', `{{ .constructor }} at position 0: ${known}`],
    ['a known field before an unknown one', '{{ .Tag }}{{.Name}}', `{{.Name}} at position 10: ${known}`],
    ['a function', 'a:{{ .Tag | upper }}', braces(2)],
    ['a call', '{{ printf "%s" .Tag }}', braces(0)],
    ['a condition', '{{ if .Tag }}a{{ end }}', braces(0)],
    ['a field of a field', '{{ .Tag.Name }}', braces(0)],
    ['trimming dashes', '{{- .Tag -}}', braces(0)],
    ['no dot', '{{ Tag }}', braces(0)],
    ['nothing within', 'a{{}}', braces(1)],
    ['braces that do not close', 'a:{{ .Tag', braces(2)],
    ['braces that do not open', '{{ .Tag }}:.Tag }}', braces(16)],
    ['a single pair', 'a:{ .Tag }', braces(2)],
    ['three of them', 'a:{{{ .Tag }}}', braces(2)],
  ])('%s: %s', (_title, source, problem) => {
    expect(filled(source)).toBe(`refused: ${problem}`);
  });
});

test('whatever is taken leaves no braces behind', () => {
  const parts = fc.constantFrom('{', '}', '{{', '}}', ' ', '.', 'Tag', '{{ .Tag }}', '{{.Registry}}', 'a/', ':');
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 8 }), (texts) => {
      const reading = readTemplate(texts.join(''));
      if (reading.ok) expect(reading.render(values)).not.toMatch(/[{}]/);
      else expect(reading.problem).toMatch(/at position \d+/);
    }),
  );
});
