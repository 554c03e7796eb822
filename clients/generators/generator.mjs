// What the tests do with each generator of TypeScript.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

/** Runs a program in a folder. If it fails, the error says what it printed. */
export async function run(folder, program, parameters = [], env = {}) {
  try {
    await promisify(execFile)(program, parameters, { cwd: folder, env: { ...process.env, ...env } });
  } catch (error) {
    throw new Error([error.message, error.stdout, error.stderr].join('\n'));
  }
}

/** Runs a generator, and returns the texts of the files it wrote into an empty output folder, by name. */
export async function generate(output, ...command) {
  await rm(output, { recursive: true, force: true });
  await run(...command);
  const names = (await readdir(output)).sort();
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(join(output, name), 'utf8')])));
}

/** Bundles a story as an app would be, and returns what it exports. */
export async function load(t, story, plugins = []) {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-story-'));
  t.after(() => rm(folder, { recursive: true }));
  const outfile = join(folder, 'story.mjs');
  await build({ entryPoints: [story], outfile, plugins, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  return import(pathToFileURL(outfile));
}
