import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { folder } from './places.mjs';

/** Starts the example service for the users of a Latchkey, until the test `t` is over. Returns its origin. */
export async function startWorkItems(t, latchkey) {
  const data = await mkdtemp(join(tmpdir(), 'work-items-'));
  const service = spawn(folder('dist/work-items'), {
    env: {
      WORK_ITEMS_ADDR: '127.0.0.1:0',
      WORK_ITEMS_DATABASE: join(data, 'work-items.db'),
      WORK_ITEMS_LATCHKEY: latchkey.origin,
      WORK_ITEMS_ISSUER: latchkey.origin,
    },
  });
  const gone = once(service, 'exit');
  t.after(async () => {
    service.kill();
    await gone;
    await rm(data, { recursive: true });
  });
  let log = '';
  for await (const line of createInterface({ input: service.stderr })) {
    log += line;
    const { msg, graphql } = JSON.parse(line);
    if (msg === 'ready') {
      service.stderr.resume();
      return new URL(graphql).origin;
    }
  }
  assert.fail(`the service did not get ready: ${log}`);
}
