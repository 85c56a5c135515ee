// Executes the Dockerfile in plain folders, one per stage, on machines without a container engine.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

interface Instruction {
  readonly name: string;
  readonly text: string;
}

interface Stage {
  readonly base: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/** Removes comments and joins continued lines. */
function readStages(dockerfile: string): Stage[] {
  const lines = dockerfile
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: { base: string; name: string | undefined; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, name = '', text = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    if (name === 'FROM') {
      const [base = '', , stageName] = text.split(/\s+/);
      stages.push({ base, name: stageName, instructions: [] });
    } else stages.at(-1)?.instructions.push({ name, text });
  }
  return stages;
}

/** Longest time of a RUN instruction: npm compiles re2. */
const RUN_LIMIT_MILLISECONDS = 15 * 60_000;

function run(command: string, folder: string): Promise<void> {
  return new Promise((done, fail) => {
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn('sh', ['-ec', command], {
      cwd: folder,
      env: { PATH, HOME },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: RUN_LIMIT_MILLISECONDS,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    child.on('error', fail);
    child.on('exit', (code) =>
      code === 0 ? done() : fail(new Error(`RUN ${command} exited with ${code}: ${output}`)),
    );
  });
}

interface Built {
  /** The root folder of the stage. */
  readonly root: string;
  workingFolder: string;
}

/** Copies files, and the content of folders, like an engine. Throws if a source does not exist. */
function copy(words: readonly string[], from: string, stage: Built): void {
  const target = words.at(-1) ?? '.';
  for (const source of words.slice(0, -1)) {
    const path = join(from, source);
    if (!existsSync(path)) throw new Error(`COPY: ${source} does not exist`);
    const isFolder = target.endsWith('/') || target === '.';
    // A target that begins with a slash is a path in the root folder of the stage, not of this machine.
    const place = resolve(stage.workingFolder, target, isFolder ? basename(source) : '');
    cpSync(path, join(stage.root, place), { recursive: true });
  }
}

/** The last stage with the folder that stands for its root. */
export interface BuiltStage extends Stage {
  readonly root: string;
}

export interface FollowOptions {
  /** The folder of the Dockerfile. */
  readonly context: string;
  /** An empty folder, in which each stage gets a folder. */
  readonly folder: string;
  readonly onStep: (step: string) => void;
}

export async function followDockerfile({ context, folder, onStep }: FollowOptions): Promise<BuiltStage> {
  const stages = readStages(readFileSync(join(context, 'Dockerfile'), 'utf8'));
  const built = new Map<string, Built>();
  let last: Built = { root: folder, workingFolder: '/' };
  for (const [index, stage] of stages.entries()) {
    last = { root: join(folder, stage.name ?? String(index)), workingFolder: '/' };
    mkdirSync(last.root);
    built.set(stage.name ?? String(index), last);
    for (const instruction of stage.instructions) {
      onStep(`${instruction.name} ${instruction.text}`);
      await follow(instruction, last, { context, built });
    }
  }
  const [stage] = stages.slice(-1);
  if (stage === undefined) throw new Error('the Dockerfile has no stage');
  return { ...stage, root: last.root };
}

interface StepContext {
  readonly context: string;
  readonly built: ReadonlyMap<string, Built>;
}

async function follow({ name, text }: Instruction, stage: Built, { context, built }: StepContext): Promise<void> {
  switch (name) {
    case 'WORKDIR':
      stage.workingFolder = text;
      mkdirSync(stage.root + text, { recursive: true });
      return;
    case 'COPY': {
      const words = text.split(/\s+/);
      const stageName = /^--from=(.+)$/.exec(words[0] ?? '')?.[1];
      if (stageName === undefined) return copy(words, context, stage);
      const source = built.get(stageName);
      if (source === undefined) throw new Error(`COPY: no stage ${stageName}`);
      return copy(words.slice(1), source.root, stage);
    }
    case 'RUN':
      return run(text, stage.root + stage.workingFolder);
    case 'ENV':
    case 'USER':
    case 'EXPOSE':
    case 'CMD':
      return;
    default:
      throw new Error(`${name}: unsupported instruction`);
  }
}
