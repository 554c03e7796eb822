import assert from 'node:assert/strict';
import { test } from 'node:test';
import { password } from './app.mjs';
import { until } from './browser.mjs';
import { ask, isIn, openTabs, signUp, token, userId, work } from './tabs.mjs';

/** One tab, signed in and at work. */
async function openAtWork(t, settings) {
  const place = await openTabs(t, settings);
  const tab = await place.open();
  await signUp(tab, 'ada');
  place.browser.refreshes = 0;
  return { ...place, tab, stop: await work([tab]) };
}

const done = (tab) => tab.evaluate('report.done');

async function nobodyNoticed(stop) {
  const [{ done, failures }] = await stop();
  assert.deepEqual(failures, []);
  assert.ok(done > 0);
}

test('the access token expires in the middle of use, over and over, and nobody notices', async (t) => {
  const { browser, tab, stop } = await openAtWork(t, { LATCHKEY_ACCESS_TTL: '1s' });
  const before = await token(tab);
  await until('the token was refreshed four times', () => browser.refreshes >= 4);
  await nobodyNoticed(stop);
  assert.notEqual(await token(tab), before);
});

test('the access token is refused in the middle of use, over and over, and nobody notices', async (t) => {
  const { browser, latchkey, tab, stop } = await openAtWork(t);
  await latchkey.runWith(password, 'users', 'create', '--username', 'root', '--role', 'ADMIN'); // there has to be one
  for (const [refreshes, role] of [[1, 'ADMIN'], [2, 'USER'], [3, 'ADMIN']]) {
    const before = await done(tab);
    await latchkey.run('users', 'update', 'ada', '--role', role);
    await until('the work goes on with another token', async () => browser.refreshes === refreshes && (await done(tab)) > before);
  }
  await nobodyNoticed(stop);
  assert.equal(browser.refreshes, 3);
});

test('a laptop that slept for an hour goes on with one refresh', async (t) => {
  const { browser, open } = await openTabs(t);
  await browser.clock.install();
  const tab = await open();
  await signUp(tab, 'ada');
  browser.refreshes = 0;
  const [before, ada] = [await token(tab), await userId(tab)];
  await browser.clock.fastForward('01:00:00');
  assert.equal((await ask(tab, '{ me { id } }')).data.me.id, ada);
  assert.notEqual(await token(tab), before);
  assert.equal(browser.refreshes, 1);
  await isIn(tab, ada);
});
