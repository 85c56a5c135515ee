// Texts that a cluster could hold to leak a credential through a command or to disturb a terminal.
import fc from 'fast-check';

const token = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0In0.abcdefghijkl';
/** The credentials in the hostile texts. No output may contain them. */
export const secrets = ['hunter2-hunter2', token];
const hostileParts = [
  `https://robot:${secrets[0]}@registry.example.com/v2/`,
  `Authorization: Bearer ${token}`,
  '\u001b[31mred\u001b[0m',
  '\u001b]0;title\u0007',
  '\u009b2J',
  '\u001b]8;;https://example.com\u001b\\link',
  'line\nbreak\r\ttab\u0000\u0008',
  '\u202eright to left',
  'x'.repeat(300),
  '界'.repeat(10),
];
/** Texts of a cluster that could leak a credential, change a terminal or break a layout. */
export const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...hostileParts), fc.string({ unit: 'binary', maxLength: 40 })), { maxLength: 8 })
  .map((parts) => parts.join(' '));
