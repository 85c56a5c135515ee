// Ends what a test run started, however the run ended: it waits for the end of its own input, which also a killed run cannot keep open.

import { readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a program may take to end by itself. */
const GRACE_MILLISECONDS = 5_000;
const POLL_MILLISECONDS = 50;

/** In the order in which they came; the last is ended first. @type {{kind: string, of: string | number}[]} */
const charges = [];

const quietly = (action) => {
  try {
    return action();
  } catch {
    return undefined;
  }
};

/** Signals a program and all that it started in its group. */
const signal = (group, name) => quietly(() => process.kill(-group, name)) === true;

async function endProgram(group) {
  signal(group, 'SIGTERM');
  const deadline = Date.now() + GRACE_MILLISECONDS;
  while (signal(group, 0) && Date.now() < deadline) await sleep(POLL_MILLISECONDS);
  signal(group, 'SIGKILL');
}

/** What wrote in it was told to end just now. */
async function removeFolder(folder) {
  for (let tries = 0; tries < 20; tries += 1) {
    if (quietly(() => rmSync(folder, { recursive: true, force: true }) ?? true) === true) return;
    await sleep(POLL_MILLISECONDS);
  }
  process.stderr.write(`${folder} could not be removed\n`);
}

function groupsUnder(folder) {
  const names = quietly(() => readdirSync(folder, { withFileTypes: true })) ?? [];
  return names.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
}

/** Kills what is in a control group and those in it, and gives whether all of them are gone. */
function removeGroup(folder) {
  for (const inner of groupsUnder(folder)) removeGroup(inner);
  const ids = quietly(() => readFileSync(join(folder, 'cgroup.procs'), 'utf8').trim()) ?? '';
  for (const id of ids.split('\n').filter((line) => line !== '')) quietly(() => process.kill(Number(id), 'SIGKILL'));
  quietly(() => rmdirSync(folder));
  return quietly(() => readdirSync(folder)) === undefined;
}

/** Takes containerd's folder of running containers: killed ones leave their control groups, which bear their names. */
async function removeContainers(folder) {
  const ids = quietly(() => readdirSync(folder)) ?? [];
  const parents = ['/sys/fs/cgroup', ...groupsUnder('/sys/fs/cgroup')].map((root) => join(root, 'k8s.io'));
  for (const parent of parents) {
    for (const id of ids) {
      for (let tries = 0; tries < 40 && !removeGroup(join(parent, id)); tries += 1) await sleep(POLL_MILLISECONDS);
    }
    // Stays where another containerd has containers of its own.
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

// It shares the terminal with the run; what interrupts the run must not interrupt the cleaning.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {});
for await (const line of createInterface({ input: process.stdin })) {
  const { add, forget } = JSON.parse(line);
  if (add !== undefined) charges.push(add);
  const index = charges.findIndex((charge) => charge.kind === forget?.kind && charge.of === forget?.of);
  if (index >= 0) charges.splice(index, 1);
}
await endAll();
