// Finds pulls in Events of Kubernetes that a log collector stored in Loki: Grafana Alloy, kubernetes-event-exporter, or
// the plain message of the kubelet.
import { parseDurationMilliseconds } from '../../../kubernetes/duration.ts';
import { writtenReference } from '../reference.ts';

/** Names of labels, and of fields of lines that are JSON objects. */
export interface EventFields {
  readonly reasonField: string;
  readonly messageField: string;
  readonly imageField: string;
}

export interface Pull {
  /** As the source wrote it. */
  readonly image: string;
  readonly seconds: number | undefined;
  readonly bytes: number | undefined;
}

interface EventLine {
  /** Labels of the stream. */
  readonly labels: Readonly<Record<string, string>>;
  readonly text: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Returns the first text that is not empty among the fields with these names, or the empty text. */
function firstText(fields: Fields, names: readonly string[]): string {
  for (const name of names) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (typeof value === 'string' && value !== '') return value;
  }
  return '';
}

/** Returns undefined unless the text is a JSON object. */
function jsonObject(text: string): Fields | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Fields;
  } catch {
    return undefined;
  }
}

interface Event {
  readonly reason: string;
  readonly message: string;
}

/** Labels win over fields of the line, and the configured names over the usual ones. */
function readEvent({ labels, text }: EventLine, { reasonField, messageField }: EventFields): Event {
  const reason = firstText(labels, [reasonField]);
  const message = firstText(labels, [messageField]);
  if (reason !== '' && message !== '') return { reason, message };
  const line = jsonObject(text);
  if (line === undefined) return { reason, message: message || text };
  return {
    reason: reason || firstText(line, [reasonField, 'reason']),
    message: message || firstText(line, [messageField, 'message', 'msg']),
  };
}

const quotedImage = /[iI]mage\s+"([^"]+)"/;

/** Returns the image that the text names in quotes, or the text itself if it is a label with a bare reference. */
function imageOf(event: Event, labels: Fields, { imageField, messageField }: EventFields): string | undefined {
  const label = imageField === messageField || imageField === 'message' ? '' : firstText(labels, [imageField]);
  const quoted = quotedImage.exec(label || event.message)?.[1];
  return quoted ?? (label === '' ? undefined : writtenReference(label));
}

const durationPattern = /\bin\s+((?:\d+(?:\.\d+)?(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)\b/;
const sizePattern = /image size: (\d+) bytes/i;

/** Returns the duration behind the image, in seconds: a message may state before how long the pull waited. */
function secondsOf(message: string): number | undefined {
  const image = quotedImage.exec(message);
  const begin = image === null ? 0 : image.index + image[0].length;
  const [, text = ''] = durationPattern.exec(message.slice(begin)) ?? [];
  const milliseconds = parseDurationMilliseconds(text) ?? 0;
  // The nearest number to the whole nanoseconds: dividing milliseconds with a fraction would round twice.
  return milliseconds > 0 ? Math.round(milliseconds * 1_000_000) / 1_000_000_000 : undefined;
}

function bytesOf(message: string): number | undefined {
  const bytes = Number(sizePattern.exec(message)?.[1] ?? 0);
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
}

function isPulled({ reason, message }: Event): boolean {
  return reason === '' ? /successfully pulled/i.test(message) : reason.toLowerCase() === 'pulled';
}

/** Returns the pull that a line reports, or undefined for any other line. */
export function readPull(line: EventLine, fields: EventFields): Pull | undefined {
  const event = readEvent(line, fields);
  if (!isPulled(event)) return undefined;
  const image = imageOf(event, line.labels, fields);
  const seconds = secondsOf(event.message);
  const bytes = bytesOf(event.message);
  if (image === undefined || (seconds === undefined && bytes === undefined)) return undefined;
  return { image, seconds, bytes };
}
