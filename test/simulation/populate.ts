// The initial content of a simulated cluster, drawn from its seed.
import type { Random } from '../../simulator/random.ts';
import type { Simulation } from './simulation.ts';
import {
  DEDICATED_TAINT,
  DISCOVERY,
  drawDiscoverySpec,
  drawImageSpec,
  drawPolicySpec,
  drawSetSpec,
  drawSourceResponse,
  PASSWORD,
  POOLS,
  SETS,
  SOURCES,
  TAGS,
} from './specs.ts';
import { applyOurs, applySecret, publish } from './user-actions.ts';

function addNodes({ cluster, nodeCount }: Simulation, random: Random): void {
  for (let index = 0; index < nodeCount; index += 1) {
    cluster.addNode({
      name: `node-${index}`,
      labels: { pool: random.pick(POOLS) },
      ...(random.chance(0.1) && { taints: [DEDICATED_TAINT] }),
      maxParallelPulls: random.chance(0.2) ? 2 : 1,
    });
  }
}

function addImages(simulation: Simulation, random: Random): void {
  const { cluster, images } = simulation;
  cluster.registry.addHost('registry.example.com');
  cluster.registry.setMirror(`https://robot:${PASSWORD}@mirror.example.com`);
  for (const image of images) {
    for (const tag of TAGS) {
      // Some images are requested before they are pushed.
      if (random.chance(0.92)) publish(simulation, image, tag, random);
    }
    if (random.chance(0.75)) applyOurs(cluster, 'CachedImage', image, drawImageSpec(random, image));
  }
}

function addSets({ cluster, sources, images }: Simulation, random: Random): void {
  for (const source of SOURCES) sources.setResponse(source, drawSourceResponse(random, images));
  if (random.chance(0.6)) applyOurs(cluster, 'DiscoveryPolicy', DISCOVERY, drawDiscoverySpec(random));
  for (const set of SETS.filter(() => random.chance(0.35))) {
    applyOurs(cluster, 'CachedImageSet', set, drawSetSpec(random, images));
  }
}

/**
 * Adds nodes, policies, images and sets. Call it after every observer has started. A different fork label changes the
 * run of every seed, and with it the remembered seeds.
 */
export function populate(simulation: Simulation): void {
  const { cluster, random } = simulation;
  applyOurs(cluster, 'PullPolicy', 'other', drawPolicySpec(random.fork('policy other')));
  if (random.fork('secret').chance(0.5)) applySecret(cluster);
  addNodes(simulation, random.fork('nodes of the world'));
  addImages(simulation, random.fork('images of the world'));
  addSets(simulation, random.fork('sets of the world'));
}
