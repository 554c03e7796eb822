import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from './browser.mjs';
import { ask, isIn, isOut, openTabs, signIn, signOut, signUp, token, userId, work } from './tabs.mjs';

const everyone = (tabs, of) => Promise.all(tabs.map(of));
const haveOneToken = async (tabs) => new Set(await everyone(tabs, token)).size === 1;

/** Five tabs of one browser, all signed in. */
async function openFive(t, settings) {
  const place = await openTabs(t, settings);
  const tabs = await place.openMany(5);
  const start = Date.now();
  await signUp(tabs[0], 'ada');
  const ada = await userId(tabs[0]);
  await everyone(tabs, (tab) => isIn(tab, ada));
  place.browser.refreshes = 0; // each has asked whether anyone is signed in
  return { ...place, tabs, start, ada };
}

for (const [how, doing] of [
  ['idle', async () => async () => []],
  ['busy', work],
]) {
  test(`five ${how} tabs that expire together stay signed in, with one refresh in each lifetime of a token`, async (t) => {
    const { browser, tabs, start, ada } = await openFive(t, { LATCHKEY_ACCESS_TTL: '1s' });
    const before = await token(tabs[0]);
    const stop = await doing(tabs);
    await until('the tokens were refreshed three times', () => browser.refreshes >= 3);
    // One lasts at least 0.9 s. Tabs that refresh on their own would have got here in the first of these.
    const lifetimes = (Date.now() - start) / 900;
    assert.ok(browser.refreshes <= lifetimes, `${browser.refreshes} refreshes in ${lifetimes} lifetimes`);
    for (const { done, failures } of await stop()) {
      assert.deepEqual(failures, []);
      assert.ok(done > 0);
    }
    await until('all tabs have the same token', () => haveOneToken(tabs));
    assert.notEqual(await token(tabs[0]), before);
    await everyone(tabs, (tab) => isIn(tab, ada));
  });
}

for (const [what, takeBack] of [
  ['a change of role', ({ latchkey }) => latchkey.run('users', 'update', 'ada', '--role', 'ADMIN')],
  ['its being taken back', async ({ tabs }) => ask(tabs[0], `mutation revoke { revokeToken(token: "${await token(tabs[0])}") { revoked } }`)],
]) {
  test(`five tabs whose token is refused at once, after ${what}, refresh once`, async (t) => {
    const place = await openFive(t);
    const { browser, tabs, ada } = place;
    const before = await token(tabs[0]);
    await takeBack(place);
    for (const { errors, data } of await everyone(tabs, (tab) => ask(tab, '{ me { id } }'))) {
      assert.equal(errors, undefined);
      assert.equal(data.me.id, ada);
    }
    assert.equal(browser.refreshes, 1);
    assert.ok(await haveOneToken(tabs));
    assert.notEqual(await token(tabs[0]), before);
  });
}

test('signing out in one tab signs all out', async (t) => {
  const { browser, tabs } = await openFive(t);
  assert.equal((await browser.cookies()).length, 1);
  await signOut(tabs[3]);
  await everyone(tabs, isOut);
  assert.deepEqual(await browser.cookies(), []);
  for (const { data, errors } of await everyone(tabs, (tab) => ask(tab, '{ me { id } }'))) {
    assert.equal(data.me, null);
    assert.equal(errors[0].extensions.reason, 'MISSING');
  }
  assert.equal(browser.refreshes, 0);
});

test('signing in as another user in one tab does so in all', async (t) => {
  const { tabs } = await openFive(t);
  await signUp(tabs[1], 'grace');
  const grace = await userId(tabs[1]);
  await everyone(tabs, (tab) => isIn(tab, grace));
  for (const { data } of await everyone(tabs, (tab) => ask(tab, '{ me { username } }'))) assert.equal(data.me.username, 'grace');
  await signIn(tabs[4], 'ada');
  const ada = await userId(tabs[4]);
  await everyone(tabs, (tab) => isIn(tab, ada));
});

test('a new tab is signed in with the token of the others, and a reload keeps the session', async (t) => {
  const { browser, open, tabs, ada } = await openFive(t);
  const sixth = await open();
  await isIn(sixth, ada);
  assert.equal(await token(sixth), await token(tabs[0]));
  await everyone([...tabs, sixth], (tab) => tab.reload());
  await everyone([...tabs, sixth], (tab) => isIn(tab, ada));
  assert.equal((await ask(sixth, '{ me { username } }')).data.me.username, 'ada');
  // All forgot the token at once: whoever was first has told the others.
  await until('all tabs have the same token', () => haveOneToken([...tabs, sixth]));
});
