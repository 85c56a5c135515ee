// What the service reads of a body that may be no JSON: in lists that nobody reads anything may stand, and may end such a list elsewhere.
import { jsonShapeProblem, TOKENS_LIMIT } from '../../service/json-body.ts';

export interface AsRead {
  /** Undefined where the service cannot read it either. */
  readonly body: unknown;
  /** Whether it is JSON as it stands. */
  readonly isJson: boolean;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Takes the text of a body; gives what the service takes it for. */
export function asRead(text: string): AsRead {
  const body = parsed(text);
  if (body !== undefined) return { body, isJson: true };
  const bytes = Buffer.from(text);
  // It blanks out what nobody reads.
  jsonShapeProblem(bytes, TOKENS_LIMIT);
  return { body: parsed(bytes.toString('utf8')), isJson: false };
}
