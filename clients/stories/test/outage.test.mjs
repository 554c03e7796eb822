import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './browser.mjs';
import { ask, isIn, openTabs, signOut, signUp, token, userId } from './tabs.mjs';

/** Waits until the tab has asked for a new token and got no answer. */
const isRefused = (tab) => tab.waitForEvent('requestfailed', (request) => request.postData()?.includes('refreshToken('));

for (const signal of ['SIGTERM', 'SIGKILL']) {
  test(`nobody is signed out while the server is away after ${signal}, and all go on when it is back`, async (t) => {
    const { latchkey, open } = await openTabs(t, { LATCHKEY_ACCESS_TTL: '1s' });
    const tabs = [await open(), await open()];
    await signUp(tabs[0], 'ada');
    const ada = await userId(tabs[0]);
    await isIn(tabs[1], ada);

    const [before] = await Promise.all([token(tabs[0]), latchkey.stop(signal)]);
    await assert.rejects(ask(tabs[0], '{ me { id } }'), /Failed to fetch/);
    await assert.rejects(signOut(tabs[0]), /Failed to fetch/);
    await until('the token has expired', () => token(tabs[0]).then(() => false, () => true));
    await assert.rejects(token(tabs[0]), /Failed to fetch/);
    for (const tab of tabs) assert.deepEqual(await tab.evaluate('[session.state, session.userId]'), ['in', ada]);

    await latchkey.start();
    await isIn(tabs[0], ada);
    assert.equal((await ask(tabs[0], '{ me { id } }')).data.me.id, ada);
    assert.equal((await ask(tabs[1], '{ me { id } }')).data.me.id, ada);
    assert.notEqual(await token(tabs[0]), before);
    await until('both have the same token', async () => (await token(tabs[0])) === (await token(tabs[1])));
  });
}

test('a tab that does nothing has a new token when the server is back', async (t) => {
  const { latchkey, browser, open } = await openTabs(t, { LATCHKEY_ACCESS_TTL: '1s' });
  const tab = await open();
  await signUp(tab, 'ada');
  const refused = isRefused(tab);
  await latchkey.stop();
  await refused;
  const answered = tab.waitForResponse((response) => response.request().postData()?.includes('refreshToken('));
  await latchkey.start();
  assert.equal((await (await answered).json()).errors, undefined);
  assert.equal((await browser.cookies()).length, 1);
});

test('a page that is reloaded while the server is away waits, and is signed in when it is back', async (t) => {
  const { latchkey, open } = await openTabs(t);
  const tab = await open();
  await signUp(tab, 'ada');
  const ada = await userId(tab);
  await latchkey.stop();
  const refused = isRefused(tab);
  await tab.reload();
  await refused;
  assert.equal(await tab.evaluate('session.state'), 'loading');
  await latchkey.start();
  await isIn(tab, ada);
});
