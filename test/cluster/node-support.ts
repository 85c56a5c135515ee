// Finds out whether this machine can run a container, by running one.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Binaries, pathOf, whyMissing } from './binaries.ts';

/** Starts a shell in mount and process namespaces of its own. All processes and mounts in them end with the shell. */
export const isolated: readonly string[] = [
  'unshare',
  '--mount',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
  'sh',
];

const LIMIT_MILLISECONDS = 20_000;

/** The error of a script in namespaces of its own, or undefined when it succeeds. */
function failureOf(script: string): string | undefined {
  const [program = '', ...args] = isolated;
  try {
    execFileSync(program, [...args, '-ec', script], { encoding: 'utf8', stdio: 'pipe', timeout: LIMIT_MILLISECONDS });
    return undefined;
  } catch (error) {
    const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
    return (stderr || message).trim().split('\n').at(-1) ?? message;
  }
}

/** Whether the file system of a folder can be the upper layer of an overlay. Otherwise containerd must copy layers. */
export function canOverlay(folder: string): boolean {
  const test = mkdtempSync(join(folder, 'overlay-'));
  for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(test, name));
  const options = `lowerdir=${test}/lower,upperdir=${test}/upper,workdir=${test}/work`;
  const failure = failureOf(`mount -t overlay overlay -o '${options}' '${test}/merged'`);
  rmSync(test, { recursive: true, force: true });
  return failure === undefined;
}

/** The settings of a pull Pod's container that a machine may refuse. */
function bundleConfiguration(controlGroup: string): object {
  return {
    ociVersion: '1.0.2',
    root: { path: 'rootfs', readonly: true },
    process: { args: ['/true'], cwd: '/', user: { uid: 65534, gid: 65534 }, noNewPrivileges: true },
    mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
    linux: {
      cgroupsPath: `/${controlGroup}`,
      resources: { memory: { limit: 64 * 1024 * 1024 } },
      namespaces: ['pid', 'mount', 'ipc', 'uts', 'network'].map((type) => ({ type })),
      seccomp: { defaultAction: 'SCMP_ACT_ALLOW' },
    },
  };
}

function whyNoContainer(binaries: Binaries): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'drop-container-'));
  const name = `drop-test-${process.pid}`;
  mkdirSync(join(folder, 'rootfs', 'proc'), { recursive: true });
  copyFileSync(pathOf(binaries, 'true'), join(folder, 'rootfs', 'true'));
  writeFileSync(join(folder, 'config.json'), JSON.stringify(bundleConfiguration(name)));
  const runc = `'${pathOf(binaries, 'runc')}' --root '${folder}/state'`;
  const failure = failureOf(`${runc} run --bundle '${folder}' ${name} < /dev/null`);
  rmSync(folder, { recursive: true, force: true });
  return failure === undefined ? undefined : `no container can be run here: ${failure}`;
}

const nodeBinaries = ['kubelet', 'containerd', 'containerd-shim-runc-v2', 'runc', 'ctr', 'pause', 'true'] as const;

/** Why a kubelet cannot run a Pod on this machine, or undefined. Needs about a second. */
export function whyNoNode(binaries: Binaries): string | undefined {
  if (process.platform !== 'linux') return `kubelet and containerd need Linux, this is ${process.platform}`;
  const missing = whyMissing(binaries, nodeBinaries);
  if (missing !== undefined) return missing;
  if (process.getuid?.() !== 0) return 'kubelet and containerd need root';
  return whyNoContainer(binaries);
}
