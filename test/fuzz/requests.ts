// Requests as Metacontroller sends them, from chance, for every hook that there is.
import { API_VERSION } from '../../crds/kind.ts';
import { byName, type Chance, names, nodeNames, some } from './chance.ts';
import {
  discoveryObject,
  fleetObject,
  imageObject,
  nodeCacheObject,
  nodeObject,
  podObject,
  policyObject,
  policyView,
  setObject,
} from './cluster-objects.ts';

export interface HookRequest {
  readonly path: string;
  readonly body: unknown;
}

type MakeBody = (chance: Chance) => object;

function nodeBody(chance: Chance) {
  const name = chance.random.pick(nodeNames);
  const caches = chance.random.chance(0.9) ? [nodeCacheObject(chance, name)] : [];
  return { object: nodeObject(chance, name), attachments: { [`NodeCache.${API_VERSION}`]: byName(caches) } };
}

const defaultsController = ({ random }: Chance) => ({
  kind: 'DecoratorController',
  metadata: {
    name: 'drop-defaults',
    uid: 'uid-of-drop-defaults',
    annotations: {
      'drop.corewire.io/create-fleet': random.pick(['true', 'false']),
      'drop.corewire.io/create-pull-policy': 'true',
      'drop.corewire.io/pull-policy-spec': JSON.stringify({ maxConcurrentNodes: random.integer(1, 6) }),
    },
  },
});

function defaultsBody(chance: Chance) {
  const groups = {
    [`Fleet.${API_VERSION}`]: fleetGroup(chance),
    [`PullPolicy.${API_VERSION}`]: byName([policyObject(chance)]),
  };
  return { object: defaultsController(chance), attachments: groups, related: groups };
}

function fleetBody(chance: Chance) {
  const caches = some(chance, nodeNames).map((name) => nodeCacheObject(chance, name));
  return { parent: fleetObject(chance), related: { [`NodeCache.${API_VERSION}`]: byName(caches) } };
}

const fleetGroup = (chance: Chance) => byName(chance.random.chance(0.9) ? [fleetObject(chance)] : []);

function podGroup(chance: Chance) {
  const pods = some(chance, [0, 1, 2, 3]).map((slot) => podObject(chance, slot));
  return Object.fromEntries(pods.map((pod) => [`drop-system/${pod.metadata.name}`, pod]));
}

function imageBody(chance: Chance) {
  const related = {
    [`Fleet.${API_VERSION}`]: fleetGroup(chance),
    'Pod.v1': podGroup(chance),
    [`PolicyView.${API_VERSION}`]: byName([policyView(chance, 'default')]),
  };
  return { parent: imageObject(chance, chance.random.pick(names)), related };
}

const images = (chance: Chance) => byName(some(chance, names).map((name) => imageObject(chance, name)));

function policyBody(chance: Chance) {
  return {
    parent: policyObject(chance),
    children: { 'Pod.v1': podGroup(chance), [`PolicyView.${API_VERSION}`]: {} },
    related: {
      [`Fleet.${API_VERSION}`]: fleetGroup(chance),
      [`CachedImage.${API_VERSION}`]: images(chance),
      'Pod.v1': podGroup(chance),
    },
  };
}

function setBody(chance: Chance) {
  const policies = some(chance, names).map((name) => discoveryObject(chance, name));
  return {
    parent: setObject(chance),
    children: { [`CachedImage.${API_VERSION}`]: images(chance) },
    related: { [`DiscoveryPolicy.${API_VERSION}`]: byName(policies) },
  };
}

const anyImage: MakeBody = (chance) => imageObject(chance, chance.random.pick(names));
const customize =
  (parentOf: MakeBody): MakeBody =>
  (chance) => ({ parent: parentOf(chance) });

/** How a body is made, by the path of its hook. */
export const bodiesByPath: Readonly<Record<string, MakeBody>> = {
  '/hooks/nodes/sync': nodeBody,
  '/hooks/defaults/customize': customize(defaultsController),
  '/hooks/defaults/sync': defaultsBody,
  '/hooks/fleets/customize': customize(fleetObject),
  '/hooks/fleets/sync': fleetBody,
  '/hooks/cachedimages/customize': customize(anyImage),
  '/hooks/cachedimages/sync': imageBody,
  '/hooks/pullpolicies/customize': customize(policyObject),
  '/hooks/pullpolicies/sync': policyBody,
  '/hooks/cachedimagesets/customize': customize(setObject),
  '/hooks/cachedimagesets/sync': setBody,
  '/hooks/discoverypolicies/sync': (chance) => ({ parent: discoveryObject(chance, chance.random.pick(names)) }),
};

/** Gives a request of the hook as Metacontroller would send it. What is undefined is left out, as in JSON. */
export function validRequest(path: string, chance: Chance): HookRequest {
  const make = bodiesByPath[path];
  if (make === undefined) throw new Error(`nothing makes requests of ${path}`);
  const body = { controller: {}, children: {}, ...make(chance), finalizing: chance.random.chance(0.05) };
  return { path, body: JSON.parse(JSON.stringify(body)) };
}
