// During an upgrade, Pods of the last version must not decide which objects the syncs of the next version contain.
// Metacontroller keeps a customize response for 20 minutes, so a request of another version is refused at first.

/** Longer than a rollout takes. If new Pods do not start at all, those of the last version respond again after it. */
const REFUSAL_MILLISECONDS = 120_000;
/** Seconds after which Metacontroller should retry. */
export const CUSTOMIZE_RETRY_SECONDS = 5;

/** Whether to respond to a customize request. The version is that of the chart that registered the hook. */
type CustomizeGate = (version: string, nowMilliseconds: number) => boolean;

/** `ownVersion` is that of the chart that started this service. Undefined: every request is accepted. */
export function createCustomizeGate(ownVersion: string | undefined): CustomizeGate {
  let refusedSince: number | undefined;
  return (version, nowMilliseconds) => {
    if (ownVersion === undefined || version === ownVersion) {
      refusedSince = undefined;
      return true;
    }
    refusedSince ??= nowMilliseconds;
    return nowMilliseconds - refusedSince >= REFUSAL_MILLISECONDS;
  };
}
