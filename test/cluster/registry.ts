// Starts the real docker-registry that a kubelet pulls from, open or behind a password.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unusedPort } from '../service/discovery/servers.ts';
import type { Caretaker } from './caretaker.ts';
import { startProgram } from './program.ts';

export interface Login {
  readonly username: string;
  readonly password: string;
}

export interface Registry {
  /** As an image reference names it: 127.0.0.1 and the port, where every container runtime speaks plain HTTP. */
  readonly host: string;
  readonly url: string;
}

export interface RegistryInput {
  /** Of the registry, and of its folder. */
  readonly name: string;
  readonly folder: string;
  readonly caretaker: Caretaker;
  /** Who may push and pull; everyone when absent. */
  readonly login?: Login;
}

/** Why no registry can be started here; undefined when one can. */
export function whyNoRegistry(): string | undefined {
  const missing = ['docker-registry', 'htpasswd'].filter(
    (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
  );
  return missing.length === 0 ? undefined : `no ${missing.join(' and no ')} on PATH`;
}

function writeUsers(folder: string, { username, password }: Login): string {
  const path = join(folder, 'users');
  writeFileSync(path, execFileSync('htpasswd', ['-nbB', '-C', '4', username, password], { encoding: 'utf8' }));
  return path;
}

/** Resolves once it answers. */
export async function startRegistry(input: RegistryInput): Promise<Registry> {
  const folder = join(input.folder, input.name);
  mkdirSync(folder);
  const host = `127.0.0.1:${await unusedPort()}`;
  const users = input.login === undefined ? undefined : writeUsers(folder, input.login);
  const configuration = {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'images') } },
    http: { addr: host },
    ...(users === undefined ? {} : { auth: { htpasswd: { realm: input.name, path: users } } }),
  };
  const file = join(folder, 'registry.json');
  // JSON is YAML too.
  writeFileSync(file, JSON.stringify(configuration));
  const url = `http://${host}`;
  await startProgram({
    command: ['docker-registry', 'serve', file],
    folder,
    caretaker: input.caretaker,
    isReady: () => fetch(`${url}/v2/`),
  });
  return { host, url };
}
