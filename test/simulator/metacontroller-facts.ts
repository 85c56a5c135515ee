// What is known of Metacontroller 4.17, a sentence a row, and the test of the simulator that shows it, or why none can.

interface Shown {
  readonly fact: string;
  /** The file beside this one, and the name of the test in it. */
  readonly file: `${string}.test.ts`;
  readonly test: string;
}

interface NotShown {
  readonly fact: string;
  readonly notShown: string;
}

export type Fact = Shown | NotShown;

const REQUESTS = 'metacontroller-requests.test.ts';
const STATUS = 'metacontroller-status.test.ts';
const WAKES = 'metacontroller-wakes.test.ts';
const WRITES = 'metacontroller-writes.test.ts';
const FACTS = 'metacontroller-facts.test.ts';
const RECORDED = 'recorded-requests.test.ts';

export const facts: readonly Fact[] = [
  {
    fact: 'a request of a CompositeController has controller, parent, children, related and finalizing',
    file: REQUESTS,
    test: 'a sync of a CompositeController has controller, parent, children, related and finalizing',
  },
  {
    fact: 'a request of a DecoratorController has controller, object, attachments, related and finalizing',
    file: REQUESTS,
    test: 'a sync of a DecoratorController has object and attachments',
  },
  {
    fact: 'maps are Kind.apiVersion, then name or namespace/name',
    file: REQUESTS,
    test: 'a child carries the last applied configuration, its owner and the generated label',
  },
  { fact: 'an empty group is {}', file: REQUESTS, test: 'a group without objects is an empty group' },
  {
    fact: 'a recorded envelope and a simulated one are alike',
    file: RECORDED,
    test: '%s: a simulated request has the keys of the recorded one',
  },
  {
    fact: 'a CompositeController needs no childResources',
    file: REQUESTS,
    test: 'a controller without children is asked with empty children, and customize with the parent alone',
  },
  {
    fact: 'a cluster-scoped parent may relate namespaced objects',
    file: REQUESTS,
    test: 'a cluster-scoped parent relates objects of a namespace',
  },
  { fact: 'labelSelector {} means all', file: REQUESTS, test: 'an empty selector means all' },
  {
    fact: 'a selector cannot be combined with names',
    file: REQUESTS,
    test: 'names and labels together are an error, and the sync is not asked',
  },
  {
    fact: 'generateSelector labels children with controller-uid',
    file: REQUESTS,
    test: 'a child carries the last applied configuration, its owner and the generated label',
  },
  {
    fact: 'the customize answer is cached by parent and generation, for 20 minutes',
    file: REQUESTS,
    test: 'is asked once for a generation, and again after 20 minutes',
  },
  {
    fact: 'a changed related object enqueues every parent whose rule matches it',
    file: WAKES,
    test: 'a related object does, when its old or its new state matches',
  },
  { fact: 'a changed child enqueues its parent', file: WAKES, test: 'a changed child does' },
  {
    fact: 'the request carries whole objects, last-applied annotations included',
    file: REQUESTS,
    test: 'a child carries the last applied configuration, its owner and the generated label',
  },
  {
    fact: 'the request carries managedFields',
    notShown: 'the simulated API server keeps none; the recorded requests hold them and are replayed',
  },
  {
    fact: 'children are deleted, then created, then the status is written',
    file: WRITES,
    test: 'deletes come before creates, and the status comes last',
  },
  { fact: 'creates come in no particular order', file: FACTS, test: 'creates come in another order each time' },
  {
    fact: 'the status is written also when a child failed',
    file: WRITES,
    test: 'a create that is refused fails the sync, which is retried; the status is written all the same',
  },
  {
    fact: 'a create that answers AlreadyExists is swallowed',
    file: WRITES,
    test: 'a name that is taken is swallowed: the sync succeeds and nothing asks again',
  },
  {
    fact: 'a create that is refused fails the sync, which is retried with a growing delay',
    file: WAKES,
    test: 'an error is retried after 5 ms, doubled each time, and forgotten with a success',
  },
  {
    fact: 'a list of creates of which some fail goes on with the others',
    file: WRITES,
    test: 'one that fails does not keep the others',
  },
  {
    fact: 'the update strategy is OnDelete unless set; with it an existing child is never changed',
    file: WRITES,
    test: 'OnDelete: an existing child is never changed',
  },
  {
    fact: 'InPlace updates by a three-way merge',
    file: WRITES,
    test: 'InPlace: a three-way merge, no write where nothing changes',
  },
  {
    fact: 'with --apply-strategy=server-side-apply it applies',
    notShown:
      'not modelled: the caps rest on Pod creation, so the installation must not use it, and the README says so',
  },
  {
    fact: 'the status is replaced whole, and observedGeneration is added',
    file: STATUS,
    test: 'is replaced whole, and observedGeneration is added',
  },
  {
    fact: 'an answer computed from a stale parent overwrites a newer status',
    file: STATUS,
    test: 'one computed from a stale parent overwrites a newer one',
  },
  {
    fact: 'a conflict is retried with fresh reads four times, then swallowed',
    file: STATUS,
    test: 'a conflict is retried with a fresh read, four times in all, and then swallowed',
  },
  { fact: 'an answer without status wipes it', file: STATUS, test: 'an answer without one wipes it' },
  {
    fact: 'the parent is read first and the related objects later, so they are of different ages',
    file: FACTS,
    test: 'a request may hold a parent that is older than its related objects',
  },
  {
    fact: 'no expectations are kept: a cache can be behind what the last sync did',
    file: WRITES,
    test: 'no expectations are kept: before the cache shows a new child, the hook is asked without it',
  },
  { fact: 'caches are behind by different amounts', file: STATUS, test: 'a cache may be behind by kind' },
  {
    fact: 'one parent is never synced by two workers at once',
    file: WAKES,
    test: 'one parent is never synced by two at once, and a wake meanwhile is kept',
  },
  {
    fact: '--workers 5 a controller',
    file: WAKES,
    test: '%s workers sync as many parents of a controller at once',
  },
  {
    fact: '--client-go-qps 5, burst 10',
    notShown: 'each request takes a fixed time instead; the README tells to raise the limit',
  },
  {
    fact: "ignoreStatusChanges stops a parent's own status write from asking again",
    file: WAKES,
    test: 'its own status does not, its spec, labels and annotations do',
  },
  {
    fact: 'without ignoreStatusChanges every change asks, as of a Node',
    file: WAKES,
    test: 'every change of a Node does, a heartbeat too',
  },
  {
    fact: 'a sync ends with a read and a comparison, and an update only where something changed',
    file: STATUS,
    test: 'is not written where it is the same',
  },
  {
    fact: 'an answer later than the webhook timeout is an error',
    file: WAKES,
    test: 'an answer later than the timeout is an error, though the service has decided',
  },
  { fact: '429 with Retry-After is honoured', file: WAKES, test: '429 with Retry-After is honoured' },
  {
    fact: 'resyncAfterSeconds is a float; 0 or absent means none',
    file: WAKES,
    test: 'resyncAfterSeconds %s asks %s times in 10 s',
  },
  {
    fact: 'a DecoratorController whose answer has attachments only never writes to the Node',
    file: STATUS,
    test: 'with attachments only never writes to the Node',
  },
  {
    fact: 'the attachment is owned by the Node and goes with it',
    file: STATUS,
    test: 'the attachment goes with its Node, and the new Node of the name gets its own',
  },
  {
    fact: 'webhook authentication by a bearer token from a Secret',
    notShown: 'a matter of HTTP: the service is tested over it, and the whole-system tests go through a real webhook',
  },
  {
    fact: 'it watches every Pod of the cluster, and which controllers it runs can be restricted',
    notShown: 'a matter of memory and of its installation, not of what a hook sees',
  },
  { fact: 'there is no periodic resync', file: WAKES, test: 'nothing else: there is no periodic resync' },
  {
    fact: 'a restart loses the queue and what was promised',
    file: STATUS,
    test: 'a restart loses the queue and what was promised, and asks for every parent anew',
  },
];
