// Seeds that once broke a promise, with the faults that it took: each is run again with every `npm test`.

export interface RememberedSeed {
  readonly seed: number;
  /** The faults that it took; undefined for those that the seed draws. */
  readonly faults: readonly string[] | undefined;
  readonly why: string;
}

export const REMEMBERED: readonly RememberedSeed[] = [
  {
    seed: 24,
    faults: undefined,
    why: 'failing images of a better rank took every turn, and the others never had one',
  },
  {
    seed: 51,
    faults: ['two-replicas', 'policies-edited', 'nodes-come-and-go'],
    why: 'a start was forgotten with its Pod where two replicas wrote the status of the policy, and the next came too soon',
  },
  {
    seed: 53,
    faults: ['two-replicas', 'policies-edited', 'nodes-come-and-go'],
    why: 'the same with other clocks',
  },
  {
    seed: 52,
    faults: ['cache-lag', 'lost-answers', 'two-replicas', 'nodes-come-and-go', 'nodes-relabelled'],
    why: 'what one replica remembered had a higher revision than the newer status of the other, and a record was lost',
  },
  {
    seed: 143,
    faults: ['cache-lag', 'write-outages', 'two-replicas', 'discovery-fails', 'discovery-edited'],
    why: 'one replica first asked a source while it gave nothing, and dropped what the other had found there',
  },
  {
    seed: 940,
    faults: ['write-outages', 'two-replicas', 'images-edited'],
    why: 'an edit was taken back while nothing could be written, and what was remembered in between hid what was known',
  },
  {
    seed: 898773139,
    faults: ['cache-lag', 'write-outages', 'pods-deleted'],
    why: 'a user deleted a Pod before its image told of the start, and the next wave of the image came too soon',
  },
  {
    seed: 898773300,
    faults: ['cache-lag', 'nodes-cordoned', 'policies-deleted', 'fleet-deleted', 'pods-deleted'],
    why: 'the same right after the policy was made anew',
  },
  {
    seed: 898773370,
    faults: ['cache-lag', 'lost-answers', 'nodes-tainted', 'sets-edited', 'pods-deleted'],
    why: 'the same where an answer was lost',
  },
];
