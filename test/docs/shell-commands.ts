// Splits a shell block of a document into its commands, as far as the documents use the shell.

export interface ShellCommand {
  /** The command on one line, without its comment. */
  readonly text: string;
  /** The text of the here-document, if the command has one. */
  readonly stdin: string | undefined;
}

const hereDocumentPattern = /\s*<<'(\w+)'(.*)\n([\s\S]*?)^\1$/;
const commentPattern = /(?:^|\s+)#\s.*$/;

/** Returns the commands of a block in order. Empty lines and comments are left out. */
export function shellCommands(block: string): ShellCommand[] {
  const commands: ShellCommand[] = [];
  let rest = block.replaceAll('\\\n', '');
  while (rest.trim() !== '') {
    const [line = ''] = rest.split('\n', 1);
    const text = line.replace(commentPattern, '').trim();
    const hereDocument = /<<'\w+'/.test(line) ? new RegExp(hereDocumentPattern.source, 'm').exec(rest) : null;
    const end = hereDocument === null ? line.length : hereDocument.index + hereDocument[0].length;
    if (text !== '') commands.push({ text: text.replace(/\s*<<'\w+'/, ''), stdin: hereDocument?.[3] });
    rest = rest.slice(end + 1);
  }
  return commands;
}

/** Returns the words of a command without quotes. Nothing is expanded. */
export function wordsOf(command: string): string[] {
  const words = command.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? [];
  return words.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, (_, single = '', double = '') => single + double));
}
