import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/**
 * Starts the server of LATCHKEY_BIN on an empty database, gone with the test `t`. Returns its origin, and a function that runs a
 * command of the operator beside it and returns what that printed.
 */
export async function startServer(t, settings = {}) {
  assert.ok(process.env.LATCHKEY_BIN, 'LATCHKEY_BIN must name the server to test');
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-playground-'));
  const options = {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      LATCHKEY_ADDR: `127.0.0.1:${port}`,
      LATCHKEY_ISSUER: origin,
      LATCHKEY_DATABASE_URL: `sqlite:${join(folder, 'latchkey.db')}`,
      LATCHKEY_KEYS_DIR: join(folder, 'keys'),
      ...settings,
    },
  };
  const server = spawn(process.env.LATCHKEY_BIN, options);
  let log = '';
  server.stdout.on('data', (text) => (log += text));
  server.stderr.on('data', (text) => (log += text));
  const gone = once(server, 'exit').catch((error) => (log += error));
  t.after(async () => {
    server.kill('SIGTERM');
    const impatience = setTimeout(() => server.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(impatience);
    await rm(folder, { recursive: true, force: true });
  });

  const deadline = Date.now() + 20_000;
  while (!(await isReady(origin))) {
    assert.ok(server.pid && server.exitCode === null && Date.now() < deadline, `the server did not get ready:\n${log}`);
    await delay(50);
  }
  const run = async (...command) => (await promisify(execFile)(process.env.LATCHKEY_BIN, command, options)).stdout;
  return { origin, run };
}

const isReady = (origin) =>
  fetch(`${origin}/readyz`).then(
    (response) => response.ok,
    () => false,
  );

async function freePort() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  return port;
}
