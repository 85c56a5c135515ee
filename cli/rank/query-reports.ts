// The state of each query, or of each source, of a policy.
import type {
  DiscoveryPolicySpec,
  DiscoveryPolicyStatus,
  QueryResult,
  SourceStatus,
} from '../../crds/discovery-policy.ts';
import { sourceName } from './explained-images.ts';
import type { QueryReport, SignalReport } from './report.ts';

type Status = Partial<DiscoveryPolicyStatus>;

/** The previous numbers of a query that fails, if it has succeeded before. */
const standIn = (lastSuccessTime: string | undefined) =>
  lastSuccessTime === undefined ? {} : { standInTime: lastSuccessTime };

function queryReport(name: string, type: string, result: QueryResult | undefined): QueryReport {
  if (result === undefined) return { name, type, state: 'pending' };
  const { reason, message, imageCount, failingSince, retryTime, lastSuccessTime } = result;
  if (result.status === 'success') return { name, type, state: 'success', imageCount, message };
  const failure = { reason, message, failingSince, retryTime, ...standIn(lastSuccessTime) };
  return { name, type, state: 'failed', imageCount, ...failure };
}

function sourceReport(name: string, type: string, source: SourceStatus | undefined): QueryReport {
  if (source?.lastAttemptTime === undefined) return { name, type, state: 'pending' };
  const { reason, message, imageCount, failingSince, retryTime, lastSuccessTime } = source;
  if (source.healthy) return { name, type, state: 'success', imageCount, message: message || undefined };
  const failure = { reason, message, failingSince, retryTime, ...standIn(lastSuccessTime) };
  return { name, type, state: 'failed', imageCount, ...failure };
}

/** In the order of the spec. */
export function queryReports({ queries = [], sources = [] }: DiscoveryPolicySpec, status: Status): QueryReport[] {
  if (queries.length > 0) {
    const results = new Map(status.queryResults?.map((result) => [result.name, result]));
    return queries.map(({ name, type }) => queryReport(name, type, results.get(name)));
  }
  return sources.map(({ type }, index) => sourceReport(sourceName(index), type, status.sources?.[index]));
}

export function signalReports({ signals = [] }: DiscoveryPolicySpec, { signalBounds = [] }: Status): SignalReport[] {
  return signals.map(({ name, query, type }) => {
    const bounds = signalBounds.find(({ signal }) => signal === name);
    return { name, query, type, min: bounds?.min, max: bounds?.max };
  });
}
