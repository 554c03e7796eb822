import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// What is a secret whatever it says: an access token, a refresh token, a hash, a key.
const shapes = [/eyJ[\w-]+\.eyJ[\w-]+\.[\w-]{20,}/, /\bAQ[\w-]{90}(?![\w-])/, /\$argon2id?\$/, /-----BEGIN [A-Z ]*KEY/];

/**
 * Fails if a log has a secret in it: what looks like one, a line of a key of this folder, or a password that stands in the running test's folder or
 * in the playground. One that is a single word of small letters would be found in messages, and does not count.
 */
export async function assertNoSecrets(log, keys) {
  const words = [...(await linesOfKeys(keys)), ...(await passwords(dirname(process.argv[1]))), ...(await passwords(playground))];
  for (const shape of shapes) assert.doesNotMatch(log, shape);
  for (const word of new Set(words)) assert.ok(!log.includes(word), `the log has ${word}`);
}

const playground = fileURLToPath(new URL('../src', import.meta.url));

const linesOfKeys = async (folder) =>
  (await texts(folder, /\.pem$/)).flatMap((text) => text.split('\n').filter((line) => line.length >= 8 && !line.startsWith('-----')));

const passwords = async (folder) =>
  (await texts(folder, /\.(mjs|js|ts|tsx|graphql)$/))
    .flatMap((text) => [...text.matchAll(/assword\\?['"]?\)?\s*[:=]\s*\\?['"`]([^'"`\\\n]{8,})/g)].map(([, value]) => value))
    .filter((value) => !/^[a-z]+$/.test(value) && !value.includes('${'));

async function texts(folder, name) {
  const files = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []); // no keys were made
  const paths = files.filter((file) => file.isFile() && name.test(file.name)).map((file) => join(file.parentPath ?? file.path, file.name));
  return Promise.all(paths.map((path) => readFile(path, 'utf8')));
}
