// A terminal that is repainted in place. Its own content comes back at the end, also after Ctrl-C.

const ESCAPE = '\u001b[';
const SHOW_OTHER_SCREEN = `${ESCAPE}?1049h${ESCAPE}?25l${ESCAPE}2J`;
const RESTORE = `${ESCAPE}?25h${ESCAPE}?1049l`;
const TO_TOP = `${ESCAPE}H`;
const CLEAR_REST_OF_LINE = `${ESCAPE}K`;
const CLEAR_BELOW = `${ESCAPE}J`;
const RESET = `${ESCAPE}0m`;
/** Exit codes of a shell for a program that a signal ended. */
const signalCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

const colours = { plain: '0', dim: '2', bold: '1', green: '32', yellow: '33', red: '31', cyan: '36' } as const;

export interface Span {
  readonly text: string;
  readonly colour: keyof typeof colours;
}

export type Line = readonly Span[];

/** The line in colours, cut to the columns: a wrapped line would move everything below it. */
function lineText(line: Line, columns: number): string {
  let free = columns;
  return line
    .map(({ text, colour }) => {
      const kept = text.slice(0, free);
      free -= kept.length;
      return colour === 'plain' || kept === '' ? kept : `${ESCAPE}${colours[colour]}m${kept}${RESET}`;
    })
    .join('');
}

/** Every line replaces the one that was there. Nothing is cleared before, so that nothing flickers. */
export function frameText(lines: readonly Line[], columns: number): string {
  const texts = lines.map((line) => lineText(line, columns) + CLEAR_REST_OF_LINE);
  return `${TO_TOP}${texts.join('\r\n')}${CLEAR_BELOW}`;
}

export interface Terminal {
  paint(lines: readonly Line[], columns: number): void;
  /** Shows the cursor and what was on the terminal before. */
  close(): void;
}

export function openTerminal(stream: NodeJS.WriteStream): Terminal {
  let isOpen = true;
  const close = () => {
    if (isOpen) stream.write(RESTORE);
    isOpen = false;
  };
  stream.write(SHOW_OTHER_SCREEN);
  process.once('exit', close);
  for (const [signal, code] of Object.entries(signalCodes)) {
    process.once(signal, () => {
      close();
      process.exit(code);
    });
  }
  return {
    paint: (lines, columns) => stream.write(frameText(lines, columns)),
    close,
  };
}
