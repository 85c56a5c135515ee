// Seeds that once broke a promise. `npm test` runs each of them again.

export interface RememberedSeed {
  readonly seed: number;
  /** The faults that were needed; undefined for those that the seed draws. */
  readonly faults: readonly string[] | undefined;
  /** Whether the seed needs policies with queries. */
  readonly queries?: true;
  /** The bug that it found, for the title of the test. */
  readonly why: string;
}

export const REMEMBERED: readonly RememberedSeed[] = [
  {
    seed: 24,
    faults: [
      'cache-lag',
      'creates-fail-half-way',
      'nodes-tainted',
      'registry-down',
      'registry-limits-rate',
      'tags-move',
      'quota',
      'sets-edited',
      'discovery-edited',
      'policies-deleted',
      'discovery-deleted',
      'fleet-deleted',
      'views-deleted',
      'node-caches-deleted',
      'children-deleted',
    ],
    why: 'failing images of a higher priority starved all others',
  },
  {
    seed: 51,
    faults: ['two-replicas', 'policies-edited', 'nodes-come-and-go'],
    why: 'two replicas wrote the status of a policy, a start was forgotten with its Pod, and the next came too soon',
  },
  {
    seed: 53,
    faults: ['two-replicas', 'policies-edited', 'nodes-come-and-go'],
    why: 'two replicas wrote the status of a policy, a start was forgotten with its Pod, and clocks differed otherwise',
  },
  {
    seed: 52,
    faults: ['cache-lag', 'lost-answers', 'two-replicas', 'nodes-come-and-go', 'nodes-relabelled'],
    why: 'a replica remembered a higher revision than the newer status of the other, and a record was lost',
  },
  {
    seed: 143,
    faults: ['cache-lag', 'write-outages', 'two-replicas', 'discovery-fails', 'discovery-edited'],
    why: 'a replica first queried a source while it returned nothing, and dropped the images that the other had found',
  },
  {
    seed: 940,
    faults: ['write-outages', 'two-replicas', 'images-edited'],
    why: 'an edit was reverted while nothing could be written, and a remembered status hid the recorded outcomes',
  },
  {
    seed: 898773139,
    faults: ['cache-lag', 'write-outages', 'pods-deleted'],
    why: 'a user deleted a Pod before the image recorded its start, and the next wave of the image came too soon',
  },
  {
    seed: 898773300,
    faults: ['cache-lag', 'nodes-cordoned', 'policies-deleted', 'fleet-deleted', 'pods-deleted'],
    why: 'a user deleted a Pod right after the policy was created again, and the next wave of the image came too soon',
  },
  {
    seed: 898773370,
    faults: ['cache-lag', 'lost-answers', 'nodes-tainted', 'sets-edited', 'pods-deleted'],
    why: 'a user deleted a Pod, a response was lost, and the next wave of the image came too soon',
  },
  {
    seed: 721615937,
    faults: [
      'lost-answers',
      'write-conflicts',
      'metacontroller-restarts',
      'images-edited',
      'sets-edited',
      'node-caches-deleted',
      'children-deleted',
      'nodes-stay-cordoned',
      'nodes-stay-dead',
    ],
    why: 'a simulated conflict without a change of the object kept the NodeCache of a dead node Ready for ever',
  },
  {
    seed: 93294670,
    faults: ['nodes-replaced', 'nodes-cordoned', 'kubelets-die', 'images-edited', 'fleet-deleted'],
    why: 'the check of the breaker ignored that a later failure of a node takes the place of one of the image',
  },
  {
    seed: 93294714,
    faults: [
      'cache-lag',
      'repeated-syncs',
      'lost-answers',
      'lost-status-writes',
      'write-conflicts',
      'creates-fail-half-way',
      'write-outages',
      'service-restarts',
      'two-replicas',
      'nodes-replaced',
      'nodes-come-and-go',
      'nodes-tainted',
      'nodes-cordoned',
      'kubelets-die',
      'late-statuses',
      'registry-slow',
      'policies-edited',
      'images-edited',
      'images-deleted',
      'fleet-deleted',
      'views-deleted',
      'node-caches-deleted',
      'pods-deleted',
      'nodes-stay-cordoned',
      'nodes-stay-dead',
    ],
    why: 'the check of records ignored that another replica can overwrite a record while the Pod is being deleted',
  },
  {
    seed: 667468420,
    faults: [
      'cache-lag',
      'slow-workers',
      'repeated-syncs',
      'lost-answers',
      'lost-status-writes',
      'write-conflicts',
      'creates-fail-half-way',
      'write-outages',
      'metacontroller-restarts',
      'service-restarts',
      'two-replicas',
      'nodes-replaced',
      'nodes-tainted',
      'nodes-cordoned',
      'fleet-deleted',
      'views-deleted',
      'node-caches-deleted',
      'pods-deleted',
      'nodes-stay-cordoned',
      'nodes-stay-dead',
    ],
    why: 'the check of backoffs ignored that two replicas can record the same failure at different times',
  },
  {
    seed: 221627174,
    faults: ['discovery-fails', 'discovery-edited'],
    queries: true,
    why: 'after a change from sources to queries, an empty query that had succeeded alone froze the list for ever',
  },
];
