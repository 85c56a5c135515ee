// The service as a run sees it: one replica or two, which may be restarted, answer in turn, and disagree about the time.
import type { Clock } from '../../simulator/clock.ts';
import { type ReplicaOptions, type ServiceReplica, startReplica } from '../../simulator/installed-cluster.ts';
import type { HookResponse } from '../../simulator/metacontroller/hook-client.ts';
import { startTableReplica } from '../../simulator/table-replica.ts';

/** `app` answers over HTTP's own paths, `table` by plain calls: the same decisions, much faster. */
export type Answering = 'app' | 'table';

/** What makes another service of ours, to see that a promise which that one breaks is missed; an honest run has none. */
export interface Sabotage {
  /** Takes the path of a hook and what Metacontroller asks; gives what the service gets to read. */
  readonly request?: (path: string, body: unknown) => unknown;
  /** Takes the path, what Metacontroller asked and what the service answered; gives what Metacontroller gets to read. */
  readonly answer?: (path: string, body: unknown, answer: HookResponse) => HookResponse;
}

export interface Replicas {
  readonly service: ServiceReplica;
  /** From now on two replicas answer, whose clocks are off by so much; each for so long before the other has its turn. */
  answerInTurn(skewsMilliseconds: readonly [number, number], turnMilliseconds: number): void;
  /** One answers again. */
  answerAlone(): void;
  /** Whether a sync at the later instant may not know what one at the earlier instant answered. */
  forgotBetween(fromMilliseconds: number, toMilliseconds: number): boolean;
  /** What a hook answered with another code than 200. */
  readonly failures: readonly string[];
}

/** What an answer changes shows within this time: a memory lost before that may be of it. */
const ANSWER_MILLISECONDS = 1000;

interface Turns {
  readonly replicas: readonly [ServiceReplica, ServiceReplica];
  readonly milliseconds: number;
}

type Parts = Pick<ReplicaOptions, 'runDiscovery'> & {
  readonly clock: Clock;
  readonly answering: Answering;
  readonly sabotage?: Sabotage | undefined;
};

/** Takes the clock, the world outside and how hooks are called; gives the service, one replica of it. */
export function createReplicas({ clock, runDiscovery, answering, sabotage = {} }: Parts): Replicas {
  const begin = answering === 'app' ? startReplica : startTableReplica;
  const alone = begin({ clock, runDiscovery });
  const failures: string[] = [];
  /** When a replica answered that had not answered before, or had forgotten. */
  const losses: number[] = [];
  let turns: Turns | undefined;
  let last = alone;

  function next(): ServiceReplica {
    if (turns === undefined) return alone;
    return Math.floor(clock.now() / turns.milliseconds) % 2 === 0 ? turns.replicas[0] : turns.replicas[1];
  }

  return {
    service: {
      async callHook(path, body, timeoutSeconds) {
        const replica = next();
        if (replica !== last) losses.push(clock.now());
        last = replica;
        const asked = sabotage.request?.(path, body) ?? body;
        const honest = await replica.callHook(path, asked, timeoutSeconds);
        const answer = sabotage.answer?.(path, body, honest) ?? honest;
        if (answer.statusCode !== 200) {
          failures.push(`${path} answered ${answer.statusCode}: ${JSON.stringify(answer.body)}`);
        }
        return answer;
      },
      restart() {
        losses.push(clock.now());
        for (const replica of [alone, ...(turns?.replicas ?? [])]) replica.restart();
      },
    },
    answerInTurn([first, second], milliseconds) {
      const replicas = [first, second].map((skewMilliseconds) => begin({ clock, runDiscovery, skewMilliseconds }));
      turns = { replicas: replicas as [ServiceReplica, ServiceReplica], milliseconds };
    },
    answerAlone() {
      if (turns !== undefined) losses.push(clock.now());
      turns = undefined;
    },
    forgotBetween: (from, to) => losses.some((at) => at <= to && at >= from - ANSWER_MILLISECONDS),
    failures,
  };
}
