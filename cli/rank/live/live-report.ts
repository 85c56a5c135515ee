// `kubectl drop rank -f`: the report about a policy that is not applied yet. Loaded only for this flag: the clients of
// the sources take time to load.
import { readProxyVariables } from '../../../service/discovery/proxies.ts';
import { rankReport } from '../rank-report.ts';
import type { RankReport } from '../report.ts';
import { fileCredentials, readSecrets } from './file-credentials.ts';
import { choosePolicy, readPolicyFiles, withNodes } from './policy-files.ts';
import { queryPolicy } from './query-sources.ts';

export interface LiveQuestion {
  readonly files: readonly string[];
  readonly credentials: readonly string[];
  /** Undefined for the only policy of the files. */
  readonly policy: string | undefined;
  /** Number of nodes for modelExposure. */
  readonly nodes: number | undefined;
  /** Of the Secrets. */
  readonly namespace: string;
}

export interface LiveContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((entry) => mapTexts(entry, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, mapTexts(field, change)]));
}

/** Throws a UsageError for files and specs that cannot work. */
export async function liveReport(question: LiveQuestion, { environment, clock }: LiveContext): Promise<RankReport> {
  const { policies, all } = readPolicyFiles(question);
  const policy = withNodes(choosePolicy(policies, question.policy), question.nodes);
  const credentials = fileCredentials(readSecrets(all, question.namespace));
  const proxyVariables = readProxyVariables(environment);
  const { observed, leftOut, nowMilliseconds } = await queryPolicy(policy, { credentials, proxyVariables, clock });
  const report = rankReport({ policy: { observed, fleet: undefined }, nowMilliseconds, leftOut });
  const { redactors } = credentials;
  // A source can return what it was sent, for example as the name of an image.
  const redacted = (text: string) => redactors.reduce((rest, redactor) => redactor.text(rest), text);
  return mapTexts(report, redacted) as RankReport;
}
