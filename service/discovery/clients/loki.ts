// Reads the newest log lines of a query from Loki, page by page from the newest to the oldest.
import type { LogLine, LokiQuery, LokiResponse } from '../../../hooks/discovery-policy/query-types/loki.ts';
import { MEBIBYTE } from '../response-body.ts';
import type { SourceSession } from '../source-session.ts';
import { type Labels, parseLokiPage, type RawLine } from './loki-page.ts';
import { openQueryApi, type QueryApi } from './query-api.ts';
import type { SourceClient } from './source-client.ts';

/** The usual maximum of servers, `max_entries_limit_per_query`. A server refuses a higher limit with a 400. */
export const PAGE_LIMIT_LINES = 5_000;
/** For one query. */
export const LINE_LIMIT = 50_000;
/** For one query. Events have about 1,000 characters. */
const TEXT_LIMIT_CHARACTERS = 64 * MEBIBYTE;
/** Twice the pages that LINE_LIMIT needs. Also ends at a server that returns the same page again and again. */
export const PAGE_LIMIT = 20;

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;
const NANOSECONDS_PER_SECOND = 1e9;

interface Reading {
  readonly query: LokiQuery;
  readonly session: SourceSession;
  readonly api: QueryApi;
  readonly lines: LogLine[];
  characters: number;
  /** Exclusive end of the next page. */
  end: bigint;
  /** Keys of the lines before `end` by one nanosecond that were read already. */
  seen: Set<string>;
  hasSkippedLines: boolean;
}

export const lokiClient: SourceClient<'loki'> = {
  apiUrl: ({ url }) => url,
  send: readLines,
};

const nanosecondsOf = (milliseconds: number): bigint => BigInt(Math.floor(milliseconds)) * NANOSECONDS_PER_MILLISECOND;

async function readLines(query: LokiQuery, session: SourceSession): Promise<LokiResponse> {
  const reading: Reading = {
    query,
    session,
    api: openQueryApi(query, session),
    lines: [],
    characters: 0,
    end: nanosecondsOf(query.endMilliseconds),
    seen: new Set(),
    hasSkippedLines: false,
  };
  let isComplete = false;
  for (let page = 0; page < PAGE_LIMIT && !isComplete && !isFull(reading); page += 1) {
    isComplete = await readPage(reading);
  }
  const missing = missingLines(reading, isComplete);
  return { ok: true, type: 'loki', lines: reading.lines, ...(missing === undefined ? {} : { missing }) };
}

function isFull({ lines, characters }: Reading): boolean {
  return lines.length >= LINE_LIMIT || characters >= TEXT_LIMIT_CHARACTERS;
}

function missingLines({ lines, hasSkippedLines }: Reading, isComplete: boolean): string | undefined {
  if (!isComplete) return `only the newest ${lines.length} lines were read: narrow the query or shorten lookback`;
  if (hasSkippedLines) return `some lines were not read: more than ${PAGE_LIMIT_LINES} have the same time`;
  return undefined;
}

/** Returns whether there are no older lines. Throws a SourceError. */
async function readPage(reading: Reading): Promise<boolean> {
  const { query, session, api, lines, seen } = reading;
  const limit = Math.min(PAGE_LIMIT_LINES, LINE_LIMIT - lines.length + seen.size);
  const parameters = {
    query: query.query,
    start: String(nanosecondsOf(query.startMilliseconds)),
    end: String(reading.end),
    limit: String(limit),
    direction: 'backward',
  };
  const response = await api.send('/loki/api/v1/query_range', new URLSearchParams(parameters));
  const page = parseLokiPage(response, session);
  const added = addPage(page, reading);
  if (page.length < limit) return true;
  // A full page with known lines only: the other lines of this nanosecond cannot be queried.
  reading.hasSkippedLines ||= added === 0;
  return reading.end <= nanosecondsOf(query.startMilliseconds);
}

/** Adds the lines of a page that are new, and moves the end to the oldest of them. Returns their number. */
function addPage(page: readonly RawLine[], reading: Reading): number {
  const { end, seen, lines } = reading;
  const newLines = page.filter((line) => line.nanoseconds < end && !(isLast(line, end) && seen.has(keyOf(line))));
  const labelsOf = labelReader(reading.query.labels);
  for (const { nanoseconds, stream, text } of newLines) {
    lines.push({ time: Number(nanoseconds) / NANOSECONDS_PER_SECOND, labels: labelsOf(stream), text });
    reading.characters += text.length;
  }
  if (newLines.length === 0) {
    reading.end = end - 1n;
    reading.seen = new Set();
    return 0;
  }
  const oldest = newLines.reduce((least, { nanoseconds }) => (nanoseconds < least ? nanoseconds : least), end);
  const next = oldest + 1n;
  const keys = newLines.filter((line) => isLast(line, next)).map(keyOf);
  reading.seen = new Set([...(next === end ? seen : []), ...keys]);
  reading.end = next;
  return newLines.length;
}

/** Whether a line is in the last nanosecond before the end. */
const isLast = ({ nanoseconds }: RawLine, end: bigint): boolean => nanoseconds === end - 1n;

/** Identifies a line among those of the same time. Loki keeps no two lines with the same time, stream and text. */
const keyOf = ({ stream, text }: RawLine): string => JSON.stringify([stream, text]);

/** Returns a function that keeps only the labels with these names. It reads each stream once. */
function labelReader(names: readonly string[]): (stream: Labels) => Labels {
  const known = new Map<Labels, Labels>();
  return (stream) => {
    const labels =
      known.get(stream) ?? Object.fromEntries(Object.entries(stream).filter(([name]) => names.includes(name)));
    known.set(stream, labels);
    return labels;
  };
}
