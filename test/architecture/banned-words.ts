// The words that comments, messages, test titles and names must not contain, each with its replacement.

export interface BannedWord {
  readonly pattern: RegExp;
  /** Completes the sentence "use ... instead". */
  readonly instead: string;
  /** A line that the pattern must match. */
  readonly example: string;
}

/** A comment, or text after punctuation, which code after the formatter never is. */
const inProse = String.raw`(?:^\s*(?:\/\/|\/?\*\*?)\s|[.;:,]\s|['"\x60])`;

export const bannedWords: readonly BannedWord[] = [
  // People and things without a name.
  { pattern: /\bwhoever\b/i, instead: 'a noun, for example "the caller"', example: 'Removed by whoever made it.' },
  { pattern: /(?<!['`"./-])\bnobody\b(?!['`"./-])/i, instead: '"no" and a noun', example: 'a host that nobody knows' },
  { pattern: /\b(?:somebody|everybody)\b/i, instead: 'a noun', example: 'Whether somebody waits for it.' },
  { pattern: /\bof which\b/i, instead: 'two sentences', example: 'starts of which no image tells' },
  { pattern: /\bso many\b/i, instead: 'a number', example: 'after so many failures' },
  { pattern: /\bthat one[.,;:)]/i, instead: 'the noun', example: 'with its block, and only that one.' },
  { pattern: /\banybody\b/i, instead: 'a noun', example: 'nothing that anybody could notice' },
  // Speech instead of data.
  { pattern: /\btold\b/i, instead: 'reported, recorded or configured', example: 'what a person is told' },
  {
    pattern: /\btells?\b(?!.*\b(?:apart|from)\b)/i,
    instead: 'report, record or log',
    example: 'the image tells of it',
  },
  {
    pattern: /(?<!\b(?:message|error|header|documentation) )\bsays\b|\bsaid\b/i,
    instead: 'reports, states or contains',
    example: 'A node says what is wrong.',
  },
  { pattern: /\bsaying\b/i, instead: 'response or message', example: 'const saying = response' },
  { pattern: /\bspell(?:s|ed)?\b(?! out)/i, instead: 'write, or temporary fault', example: 'how a manifest spells it' },
  { pattern: /\bcomplain(?:s|t|ts)?\b/i, instead: 'error or failure', example: 'const complaints = []' },
  { pattern: /\bask(?:s|ed|ing)? again\b/i, instead: 'retry later', example: 'too many bodies: ask again' },
  { pattern: /\blook there\b/i, instead: 'what the user should check', example: 'the registry failed: look there' },
  {
    pattern: /\b(?:an?|the|this|that|each|every|last|our|its|whole|no) answers?\b/i,
    instead: 'response or result',
    example: 'the answer names a child',
  },
  // Sentence patterns.
  { pattern: /\bTakes\b.*; gives\b/, instead: '"Returns"', example: '/** Takes a name; gives its hash. */' },
  {
    pattern: /^\s*(?:\/\/|\/?\*\*?) (?:Takes|Gives)\b/,
    instead: '"Returns", or no comment',
    example: '/** Gives the path of one; throws when it is missing. */',
  },
  { pattern: /\bg(?:ive|ives|ave|iven) back\b/i, instead: 'returns', example: 'what the store gave back' },
  {
    pattern: /\bwhat is (?:asked|wanted|wished|told|gone|there)\b/i,
    instead: 'a noun',
    example: 'goes around what is there',
  },
  { pattern: /\bworked out\b/i, instead: 'computed', example: 'what was worked out before' },
  { pattern: /\blook(?:s|ed) at\b/i, instead: 'reads, checks or examines', example: 'Looks at the bytes of a body.' },
  { pattern: /\bon (?:its|their) way\b/i, instead: 'in flight', example: 'large bodies are on their way' },
  { pattern: /\bgoes on\b/i, instead: 'continues', example: 'the pull goes on' },
  { pattern: /\bmeanwhile\b/i, instead: '"in the meantime" or a time', example: 'what came meanwhile' },
  {
    pattern: new RegExp(`${inProse}else (?!if\\b)[a-z]`, 'i'),
    instead: '"otherwise"',
    example: "it('limits the text, else the rule may cost too much')",
  },
  { pattern: /\bor else\b/i, instead: '"otherwise"', example: 'read it, or else it is lost' },
  { pattern: /\bby itself\b/i, instead: '"on its own"', example: 'a program that ended by itself' },
  { pattern: /\balike\b/i, instead: '"the same way" or "both"', example: 'read by both alike' },
  // Metaphors.
  { pattern: /\bstands? (?:back|aside|behind)\b/i, instead: '"is deprioritized"', example: 'the image stands back' },
  {
    pattern: /\brooms\b|\b(?:an?|the|this|that|each|every|its|one|another) room\b/i,
    instead: 'package or module',
    example: 'each thing lives in a room',
  },
  {
    pattern: /\bworlds?\b(?<!\b(?:hello|real)[ -]world|fork\('\w+ of the world)/i,
    instead: 'cluster, input or facts',
    example: 'if the world looked like this',
  },
  { pattern: /\b(?:strangers?|crowd(?:s|ed)?|guests?)\b/i, instead: 'anonymous, near the limit', example: 'strangers' },
  { pattern: /(?<!third[- ])\bparty\b/i, instead: 'the name of the component', example: 'const party = 3' },
  { pattern: /\bwelcome\b/i, instead: 'markAuthenticated, accepted', example: 'peer.welcome()' },
  { pattern: /\bchronicle\b/i, instead: 'event log', example: 'const chronicle = []' },
  { pattern: /\bfurnish/i, instead: 'seed', example: 'furnishCluster()' },
  { pattern: /\bwitness/i, instead: 'promise checker', example: 'a witness of the promises' },
  // Old names.
  { pattern: /\bbook\b|StartBook/, instead: 'pendingStarts, StartTracking', example: 'const { book } = world' },
  { pattern: /untoldWaves|\bisTold\b/, instead: 'unrecordedWaves, isRecorded', example: 'untoldWaves(waves)' },
  { pattern: /\bStandings\b|\bstanding\.ts\b/, instead: 'ImageOrder', example: 'interface Standings {' },
  { pattern: /\bisTaken\b/, instead: 'isReserved', example: 'isTaken(slot)' },
  { pattern: /\bisGoing\b|\bgoing:|\bstill going\b/, instead: 'isInProgress', example: 'going: pulls.length' },
  { pattern: /\b(?:interface|type) Decided\b/, instead: 'HookResult', example: 'export interface Decided {' },
  { pattern: /\bjoin\w*Status(?:es)?\b/, instead: 'merge*Statuses', example: 'joinImageStatuses(a, b)' },
  { pattern: /\bwithNews\b|\bnewWaves\b/, instead: 'withUpdates, missingWaves', example: 'withNews(status)' },
  { pattern: /\bImageClaim\b|\bclaims\(/, instead: 'PodOwnership', example: 'interface ImageClaim {' },
  { pattern: /\bimage-view\.ts\b/, instead: 'policy-image.ts', example: "from './image-view.ts'" },
  { pattern: /\b(?:interface|type) Observation\b/, instead: 'ConditionInput', example: 'interface Observation {' },
  {
    pattern: /\b(?:PolicyReading|ReadPolicy|ReadSource|ReadAnswer)\b/,
    instead: 'PolicyViewLookup, PolicySpecResult, CompiledPolicy, CompiledSource, ParsedResponse',
    example: 'type ReadPolicy =',
  },
  {
    pattern: /\bSecretWords\b|\bsecret-words\b|\bbad-answer\b|\bbodies-at-once\b/,
    instead: 'CredentialRedactor, credential-redactor, response-errors, body-admission',
    example: "from './secret-words.ts'",
  },
  { pattern: /[a-z]Worlds?\b|\bWorld[A-Z]/, instead: 'RequestFacts, Cluster or Input', example: 'type PolicyWorld =' },
  { pattern: /\btellNobody\b/, instead: 'noop', example: 'catch(tellNobody)' },
  {
    pattern: /\bnature-faults\b|\bmachinery-faults\b/,
    instead: 'node-faults, metacontroller-faults',
    example: "from './nature-faults.ts'",
  },
];
