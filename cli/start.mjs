// Runs an entry point of the command from the build if it exists, otherwise from the sources.
import { existsSync } from 'node:fs';

/** The entry is a path below this folder, without its extension. */
export async function start(entry) {
  const built = new URL(`../dist/cli/${entry}.js`, import.meta.url);
  if (existsSync(built)) {
    await import(built.href);
  } else {
    const { register } = await import('tsx/esm/api');
    register();
    await import(`./${entry}.ts`);
  }
}
