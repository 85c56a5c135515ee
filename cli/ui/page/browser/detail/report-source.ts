// Gets the report on the shown image or pair again whenever the view has changed, one request at a time.
import type { WhyReport } from '../../../../why/report.ts';
import type { Target } from '../page-state.ts';

export type ReportResult = { readonly report: WhyReport } | { readonly problem: string };

const WHY_URL = './api/why';
/** Between two requests. */
const PAUSE_MILLISECONDS = 500;

async function problemIn(response: Response): Promise<string> {
  try {
    const { message } = (await response.json()) as { readonly message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // The response is no JSON; its status is all that is known.
  }
  return `HTTP ${response.status} from the command: reload the page`;
}

async function reportOn({ image, node }: Target): Promise<ReportResult> {
  const params = new URLSearchParams({ image, ...(node === undefined ? {} : { node }) });
  try {
    const response = await fetch(`${WHY_URL}?${params}`);
    if (!response.ok) return { problem: await problemIn(response) };
    return { report: (await response.json()) as WhyReport };
  } catch {
    return { problem: 'no connection to the command: check that kubectl drop ui is running' };
  }
}

export interface ReportSource {
  /** Undefined for none. */
  show(target: Target | undefined): void;
  /** The view has changed. */
  refresh(): void;
}

export function createReportSource(onResult: (result: ReportResult) => void): ReportSource {
  let target: Target | undefined;
  let isLoading = false;
  let isStale = false;
  async function loadOnce(wanted: Target): Promise<void> {
    isStale = false;
    const result = await reportOn(wanted);
    if (target !== wanted) return;
    onResult(result);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
  }
  async function load(): Promise<void> {
    isStale = true;
    if (isLoading) return;
    isLoading = true;
    while (isStale && target !== undefined) await loadOnce(target);
    isLoading = false;
  }
  return {
    show(next) {
      target = next;
      void load();
    },
    refresh: () => void load(),
  };
}
