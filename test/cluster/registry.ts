// Starts a real docker-registry, with or without authentication.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unusedPort } from '../service/discovery/servers.ts';
import type { Caretaker } from './caretaker.ts';
import { startProgram } from './program.ts';

interface Login {
  readonly username: string;
  readonly password: string;
}

export interface Registry {
  /** Host and port for image references. Container runtimes use plain HTTP for 127.0.0.1. */
  readonly host: string;
  readonly url: string;
}

export interface RegistryInput {
  /** Name of the registry and of its folder. */
  readonly name: string;
  readonly folder: string;
  readonly caretaker: Caretaker;
  /** Required to push and pull. Without it, the registry is open. */
  readonly login?: Login;
}

/** Why this machine cannot start a registry, or undefined. */
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

/** Resolves once the registry serves requests. */
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
  // The registry expects YAML, and JSON is YAML.
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
