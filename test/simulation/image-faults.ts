// Faults of the images on nodes: they leave, arrive without a pull, or are missing in the reports of their kubelet.
import type { Machine } from '../../simulator/cluster-node.ts';
import type { Random } from '../../simulator/random.ts';
import { FAULTY_MILLISECONDS, type FaultKind, pickName, scatter } from './fault.ts';
import { nodeFault } from './node-faults.ts';
import type { Simulation } from './simulation.ts';
import { referenceOf, repositoryOf, TAGS } from './specs.ts';
import { SECOND, START } from './time.ts';

const MOST_REMOVALS = 4;
/** Pause between two attempts to find a node that has left. */
const AWAY_MILLISECONDS = 10 * SECOND;

/** The machine of a Node; undefined while there is no such Node. */
function machineOf({ cluster }: Simulation, name: string): Machine | undefined {
  return cluster.store.find({ kind: 'Node', name }) === undefined ? undefined : cluster.machine(name);
}

/** Removes an image unless it is the last one: a real node keeps the image of its Pod sandboxes. */
function removeUnlessLast({ images, removeImage }: Machine, reference: string): boolean {
  return images.layers.size > 1 && removeImage(reference);
}

/** Removes images, each chosen by a number from 0 to 1 among those present. Returns the names of the removed ones. */
function removeSome(machine: Machine, choices: readonly number[]): readonly string[] {
  return choices.flatMap((choice) => {
    const names = [...machine.images.layers.keys()];
    const name = names[Math.floor(choice * names.length)];
    return name !== undefined && removeUnlessLast(machine, name) ? [name] : [];
  });
}

/** Removes an image from a node some time after each of its arrivals there. */
function removeAgain(simulation: Simulation, random: Random): void {
  const { points, clock, eventLog, images } = simulation;
  const victim = pickName(simulation, random, 'Node');
  const repository = repositoryOf(random.pick(images));
  let removals = 0;
  points.add('imageArrived', (node, reference) => {
    // A mirror's name of the image ends with the image's own name.
    if (node !== victim || !reference.includes(`${repository}:`) || removals === MOST_REMOVALS) return;
    removals += 1;
    const delay = random.integer(1, 90) * SECOND;
    if (clock.now() + delay >= START + FAULTY_MILLISECONDS) return;
    clock.schedule(delay, () => {
      const machine = machineOf(simulation, node);
      const isRemoved = machine !== undefined && removeUnlessLast(machine, reference);
      if (isRemoved) eventLog.record(`${node} loses ${reference} ${delay / SECOND} s after its arrival`);
    });
  });
}

/** A node that has left returns with its settings, so its limit is restored later. */
function restoreLimit(simulation: Simulation, node: string): void {
  const machine = machineOf(simulation, node);
  if (machine !== undefined) machine.setNodeStatusMaxImages(undefined);
  else simulation.clock.schedule(AWAY_MILLISECONDS, () => restoreLimit(simulation, node));
}

interface Truncation {
  /** Number of reported images. */
  readonly limit: number;
  /** Undefined for a limit that stays until the end of the run. */
  readonly lengthMilliseconds: number | undefined;
}

/** Only for a while does a kubelet report no images, as after its restart. */
function drawTruncation(random: Random): Truncation {
  const limit = random.integer(0, 4);
  const lengthMilliseconds = random.integer(5, 100) * SECOND;
  const stays = random.chance(0.5) && limit > 0;
  return { limit, lengthMilliseconds: stays ? undefined : lengthMilliseconds };
}

function truncate(simulation: Simulation, node: string, { limit, lengthMilliseconds }: Truncation): string {
  const { cluster, clock } = simulation;
  cluster.machine(node).setNodeStatusMaxImages(limit);
  const text = `${node} reports at most ${limit} images`;
  if (lengthMilliseconds === undefined) return text;
  const end = Math.min(clock.now() + lengthMilliseconds, START + FAULTY_MILLISECONDS);
  clock.schedule(end - clock.now(), () => restoreLimit(simulation, node));
  return `${text}, for ${(end - clock.now()) / SECOND} s`;
}

/** Machines that are replaced later hold the same images from their start. */
function preloadNodes({ cluster, images }: Simulation, random: Random): void {
  const references = images.flatMap((image) => TAGS.map((tag) => referenceOf(image, tag)));
  for (const { metadata } of cluster.store.list('Node')) {
    const preloaded = references.filter(() => random.chance(0.4));
    if (random.chance(0.5)) cluster.replaceNode(metadata.name, { preloaded });
  }
}

export const imageFaults: readonly FaultKind[] = [
  nodeFault({
    name: 'images-collected',
    description: 'the garbage collection of a node removes one or several images',
    times: [0, 6],
    draw: (random) => Array.from({ length: random.integer(1, 3) }, () => random.next()),
    act({ cluster }, name, choices) {
      const removed = removeSome(cluster.machine(name), choices);
      return removed.length === 0 ? undefined : `the garbage collection of ${name} removes ${removed.join(' and ')}`;
    },
  }),
  {
    name: 'images-removed-again',
    description: 'a node loses an image soon after each arrival of the image, a few times',
    arrange: removeAgain,
  },
  nodeFault({
    name: 'lists-truncated',
    description: 'a node reports few or none of its images, for a while or for the whole run',
    times: [1, 3],
    draw: drawTruncation,
    act: truncate,
  }),
  {
    name: 'nodes-preloaded',
    description: 'some nodes hold images without a pull, from the start or later',
    arrange(simulation, random) {
      preloadNodes(simulation, random);
      scatter(simulation, random, [0, 5], () => {
        const node = pickName(simulation, random, 'Node');
        const reference = referenceOf(random.pick(simulation.images), random.pick(TAGS));
        if (node === undefined || !simulation.cluster.machine(node).preload(reference)) return undefined;
        return `${node} gets ${reference} without a pull`;
      });
    },
  },
];
