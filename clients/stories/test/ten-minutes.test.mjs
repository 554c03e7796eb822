// "In ten minutes" of docs/clients.md, as it is written there: from Vite's empty template to signed in.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { createServer, preview } from 'vite';
import { startServer } from '../../../web/test/server.mjs';
import { block, guide } from '../../snippets/blocks.mjs';

const { CHROMIUM = '/usr/bin/chromium' } = process.env;
const clients = join(import.meta.dirname, '../..');
const changes = block('src/App.tsx');

/** Runs a program. If it fails, the error says what it printed: a compiler does so to its standard output. */
async function run(...command) {
  await promisify(execFile)(...command).catch(({ message, stdout }) => {
    throw new Error(`${message}\n${stdout}`);
  });
}

test('no more than 15 lines are added, and none of them is long', () => {
  // Every line counts, also one that only closes a brace; an empty one does not.
  const added = changes.match(/^\+(?!\+\+ ).+/gm).map((line) => line.slice(1));
  assert.ok(added.length <= 15, `${added.length} lines`);
  assert.match(guide, new RegExp(`Add these ${added.length} lines`));
  for (const line of added) assert.ok(line.length <= 100, `${line.length} characters: ${line}`);
  assert.doesNotMatch(changes, /^-(?!-- )/m); // nothing is taken away or changed
});

test('from an empty template to signed in', { timeout: 240_000 }, async (t) => {
  const { origin } = await startServer(t);
  const app = await createApp(t, origin);
  await run('npm', ['run', 'build'], { cwd: app }); // types too, as strictly as the template wants
  const built = serve(t, await preview({ root: app, logLevel: 'error', preview: { port: 0 } }));

  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] });
  t.after(() => browser.close());
  const context = await browser.newContext();
  const page = await context.newPage();
  const alerts = [];
  page.on('dialog', (dialog) => {
    alerts.push(dialog.message());
    dialog.accept();
  });
  const enter = async (button) => {
    await page.getByPlaceholder('E-mail').fill('ada@example.org');
    await page.getByPlaceholder('Password').fill('correct horse battery');
    await page.getByRole('button', { name: button }).click();
  };
  const signedIn = () => page.getByRole('button', { name: 'Sign out' }).waitFor();
  const signedOut = () => page.getByRole('button', { name: 'Sign in' }).waitFor();

  await page.goto(built);
  await signedOut();
  const alerted = page.waitForEvent('dialog');
  await enter('Sign in');
  await alerted;
  assert.deepEqual(alerts, ['LatchkeyError: The account or the password is wrong.']);

  await enter('Sign up');
  await signedIn();
  await page.getByRole('heading', { name: 'Get started' }).waitFor(); // the template's page
  await page.reload();
  await signedIn();

  const tab = await context.newPage();
  await tab.goto(built);
  await tab.getByRole('button', { name: 'Sign out' }).click();
  await signedOut();
  assert.equal(await page.getByPlaceholder('Password').inputValue(), '');
  await enter('Sign in');
  await signedIn();

  // What `npm run dev` serves, on another port of the same site.
  const server = await createServer({ root: app, logLevel: 'error', server: { port: 0 } });
  await page.goto(serve(t, await server.listen()));
  await signedIn();
  assert.equal(alerts.length, 1);
});

/** Where a server of Vite is, until the test is over. */
function serve(t, server) {
  t.after(() => server.close());
  return server.resolvedUrls.local[0];
}

/**
 * Makes the app with the commands and the changes of the guide, for the server at this origin, and returns its folder. It is inside of
 * clients/, so what the template depends on is found in clients/node_modules.
 */
async function createApp(t, origin) {
  const dist = join(clients, 'stories/dist');
  await mkdir(dist, { recursive: true });
  const folder = await mkdtemp(join(dist, 'ten-minutes-'));
  t.after(() => rm(folder, { recursive: true }));
  const latchkey = join(folder, 'latchkey');
  const notBuilt = (source) => !/\/(dist|node_modules)$/.test(source.slice(clients.length));
  await cp(join(clients, 'typescript'), join(latchkey, 'clients/typescript'), { recursive: true, filter: notBuilt });
  await run('bash', ['-euc', npm + block('create')], { cwd: latchkey });

  const app = join(folder, 'my-app');
  const main = join(app, 'src/App.tsx');
  await writeFile(join(folder, 'changes.diff'), changes);
  // As if there were no repository around, which ignores the folder.
  await run('git', ['apply', '-p0', '../changes.diff'], { cwd: app, env: { ...process.env, GIT_CEILING_DIRECTORIES: folder } });
  const parts = (await readFile(main, 'utf8')).split('http://localhost:8080');
  assert.equal(parts.length, 2);
  await writeFile(main, parts.join(origin));
  return app;
}

/**
 * npm without its registry: `create` takes the create-vite that is pinned here, and `install` does what it does with a file. All else, as
 * `pack`, is npm's.
 */
const npm = `npm() {
  case "$*" in
    ci) ;;
    'create vite@latest '*) node '${clients}/node_modules/create-vite/index.js' "$3" "\${@:5}" ;;
    'install '*.tgz) mkdir -p node_modules/@latchkey/client && tar -xzf "$2" --strip-components 1 -C node_modules/@latchkey/client ;;
    *) command npm "$@" ;;
  esac
}
`;
