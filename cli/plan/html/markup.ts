// HTML in which every text is escaped.

export interface Markup {
  readonly html: string;
}

type Value = string | number | Markup | readonly Markup[] | undefined;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Removes control and format characters, which can reorder or hide text, and escapes the rest for HTML. */
function escapeHtml(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ').replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

function htmlOf(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return 'html' in value ? value.html : value.map((each) => each.html).join('');
}

/** A template: its own text is HTML, the texts of its values are escaped. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return { html: parts.map((part, index) => part + htmlOf(values[index])).join('') };
}

/** JSON inside of a script element, which no text in it can end. */
export function scriptJson(value: unknown): Markup {
  return { html: JSON.stringify(value).replaceAll('<', '\\u003c') };
}

/** Text that this program wrote, for example a style sheet. */
export const trusted = (text: string): Markup => ({ html: text });
