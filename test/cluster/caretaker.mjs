// Ends the programs and folders of a test run, also when the run is killed: it waits for the end of its standard input,
// which the kernel closes with the run.

import { readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** Time between SIGTERM and SIGKILL. */
const GRACE_MILLISECONDS = 5_000;
const POLL_MILLISECONDS = 50;

/** In order of creation. The last one is ended first. @type {{kind: string, of: string | number}[]} */
const charges = [];

const quietly = (action) => {
  try {
    return action();
  } catch {
    return undefined;
  }
};

/** Signals a program and its process group. */
const signal = (group, name) => quietly(() => process.kill(-group, name)) === true;

async function endProgram(group) {
  signal(group, 'SIGTERM');
  const deadline = Date.now() + GRACE_MILLISECONDS;
  while (signal(group, 0) && Date.now() < deadline) await sleep(POLL_MILLISECONDS);
  signal(group, 'SIGKILL');
}

/** Retries, because a program that was just ended may still write into the folder. */
async function removeFolder(folder) {
  for (let tries = 0; tries < 20; tries += 1) {
    if (quietly(() => rmSync(folder, { recursive: true, force: true }) ?? true) === true) return;
    await sleep(POLL_MILLISECONDS);
  }
  process.stderr.write(`${folder} could not be removed\n`);
}

function subgroupsOf(folder) {
  const names = quietly(() => readdirSync(folder, { withFileTypes: true })) ?? [];
  return names.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
}

/** Kills all processes of a control group and of its subgroups. Returns whether the groups are removed. */
function removeGroup(folder) {
  for (const inner of subgroupsOf(folder)) removeGroup(inner);
  const ids = quietly(() => readFileSync(join(folder, 'cgroup.procs'), 'utf8').trim()) ?? '';
  for (const id of ids.split('\n').filter((line) => line !== '')) quietly(() => process.kill(Number(id), 'SIGKILL'));
  quietly(() => rmdirSync(folder));
  return quietly(() => readdirSync(folder)) === undefined;
}

/**
 * Removes the control groups that killed containers leave behind. `folder` is containerd's folder of running
 * containers.
 */
async function removeContainers(folder) {
  const ids = quietly(() => readdirSync(folder)) ?? [];
  const parents = ['/sys/fs/cgroup', ...subgroupsOf('/sys/fs/cgroup')].map((root) => join(root, 'k8s.io'));
  for (const parent of parents) {
    for (const id of ids) {
      for (let tries = 0; tries < 40 && !removeGroup(join(parent, id)); tries += 1) await sleep(POLL_MILLISECONDS);
    }
    // Fails, as it should, while another containerd has containers here.
    quietly(() => rmdirSync(parent));
  }
}

const endings = {
  program: endProgram,
  folder: removeFolder,
  containers: removeContainers,
};

async function endAll() {
  for (const { kind, of } of charges.splice(0).reverse()) await endings[kind](of);
}

// The run and this process share the terminal. An interrupt must not stop the clean-up.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {});
for await (const line of createInterface({ input: process.stdin })) {
  const { add, forget } = JSON.parse(line);
  if (add !== undefined) charges.push(add);
  const index = charges.findIndex((charge) => charge.kind === forget?.kind && charge.of === forget?.of);
  if (index >= 0) charges.splice(index, 1);
}
await endAll();
