// Whether npm can install packages on this machine.
import { spawnSync } from 'node:child_process';

const PING_LIMIT_MILLISECONDS = 20_000;

/** Why npm cannot install packages, or undefined. */
export function whyNoPackageRegistry(): string | undefined {
  const { status } = spawnSync('npm', ['ping'], { timeout: PING_LIMIT_MILLISECONDS, stdio: 'ignore' });
  return status === 0 ? undefined : 'the package registry of npm does not respond';
}
