import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { assertNoSecrets } from './secrets.mjs';

/**
 * Starts the server of LATCHKEY_BIN on an empty database, gone with the test `t`. Returns its origin, functions that stop it (at once,
 * unless told otherwise) and start it again on the same port and database, and two that run a command of the operator beside it,
 * one with input, and return what that printed. What all of them have logged must not have a secret in it.
 */
export async function startServer(t, settings = {}) {
  assert.ok(process.env.LATCHKEY_BIN, 'LATCHKEY_BIN must name the server to test');
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-'));
  const options = {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      LATCHKEY_ADDR: `127.0.0.1:${port}`,
      LATCHKEY_METRICS_ADDR: 'off',
      LATCHKEY_ISSUER: origin,
      LATCHKEY_DATABASE_URL: `sqlite:${join(folder, 'latchkey.db')}`,
      LATCHKEY_KEYS_DIR: join(folder, 'keys'),
      LATCHKEY_RATE_LIMIT: 'off', // stories sign up more people than one address may
      ...settings,
    },
  };
  let server;
  let gone;
  let logs = '';

  async function start() {
    let log = '';
    const note = (text) => {
      log += text;
      logs += text;
    };
    server = spawn(process.env.LATCHKEY_BIN, options);
    server.stdout.on('data', note);
    server.stderr.on('data', note);
    gone = once(server, 'close').catch((error) => (log += error));
    const deadline = Date.now() + 20_000;
    while (!(await isReady(origin))) {
      assert.ok(server.pid && server.exitCode === null && Date.now() < deadline, `the server did not get ready:\n${log}`);
      await delay(50);
    }
  }

  async function stop(signal = 'SIGKILL') {
    server.kill(signal);
    const impatience = setTimeout(() => server.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(impatience);
  }

  t.after(async () => {
    await stop();
    await assertNoSecrets(logs, options.env.LATCHKEY_KEYS_DIR).finally(() => rm(folder, { recursive: true, force: true }));
  });
  await start();

  const runWith = async (input, ...command) => {
    const running = promisify(execFile)(process.env.LATCHKEY_BIN, command, options);
    running.child.stdin.on('error', () => {}); // a command that reads nothing may have ended before
    running.child.stdin.end(input);
    const { stdout, stderr } = await running;
    logs += stdout + stderr;
    return stdout;
  };
  return { origin, start, stop, runWith, run: (...command) => runWith('', ...command) };
}

const isReady = (origin) =>
  fetch(`${origin}/readyz`).then(
    (response) => response.ok,
    () => false,
  );

/** Below those that connections get, so that nobody has it while the server is stopped. */
async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const listener = createServer().listen(port, '127.0.0.1');
    const free = await once(listener, 'listening').then(
      () => true,
      () => false,
    );
    if (!free) continue;
    listener.close();
    await once(listener, 'close');
    return port;
  }
}
