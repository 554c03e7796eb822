import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './browser.mjs';
import { ask, isIn, isOut, openTabs, signOut, signUp, token, userId } from './tabs.mjs';

const stored = (tab) => tab.evaluate("localStorage.getItem('refresh token')");

test('tabs that keep the refresh token in localStorage share the session, its refreshes and its end', async (t) => {
  const { browser, open } = await openTabs(t, { LATCHKEY_ACCESS_TTL: '1s' });
  const tabs = [await open('BODY'), await open('BODY')];
  const start = Date.now();
  await signUp(tabs[0], 'ada');
  const ada = await userId(tabs[0]);
  await isIn(tabs[1], ada);
  const [first, firstToken] = [await stored(tabs[0]), await token(tabs[0])];
  assert.ok(first);

  await until('the tokens were refreshed twice', () => browser.refreshes >= 2);
  assert.ok(browser.refreshes <= (Date.now() - start) / 900, `${browser.refreshes} refreshes`);
  await until('both have the same token', async () => (await token(tabs[0])) === (await token(tabs[1])));
  assert.notEqual(await token(tabs[1]), firstToken);
  assert.notEqual(await stored(tabs[1]), first);
  for (const tab of tabs) assert.equal((await ask(tab, '{ me { id } }')).data.me.id, ada);
  await tabs[1].reload();
  await isIn(tabs[1], ada);
  assert.deepEqual(await browser.cookies(), []);

  await signOut(tabs[1]);
  await isOut(tabs[0]);
  assert.equal(await stored(tabs[0]), null);
  await tabs[0].reload();
  await isOut(tabs[0]);
});
