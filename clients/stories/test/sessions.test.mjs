import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSession } from '@latchkey/client';
import { goTo, hears, openApp, password, press, sees } from './app.mjs';
import { ask, isOut, openTabs, signUp } from './tabs.mjs';

/** Another device, without a browser: a function that sends operations, signed in there. */
async function signInElsewhere({ origin }, identifier) {
  const url = `${origin}/graphql`;
  const session = createSession({ url });
  await session.signIn({ identifier, password });
  return async (query) => {
    const headers = { 'Content-Type': 'application/json' };
    const response = await session.fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
    const { data, errors } = await response.json();
    assert.equal(errors, undefined);
    return data;
  };
}

const mine = '{ me { id sessions { id current } } }';

const ends = {
  'that its user ends on another device': async (latchkey) => {
    const elsewhere = await signInElsewhere(latchkey, 'ada');
    const other = (await elsewhere(mine)).me.sessions.find(({ current }) => !current);
    await elsewhere(`mutation { revokeSession(id: "${other.id}") { revokedSessionId } }`);
    assert.equal((await elsewhere(mine)).me.sessions.length, 1);
  },
  'that an administrator ends': async (latchkey) => {
    await latchkey.runWith(password, 'users', 'create', '--username', 'root', '--role', 'ADMIN');
    const elsewhere = await signInElsewhere(latchkey, 'root');
    const { users } = await elsewhere('{ users(filter: {text: "ada"}) { nodes { id } } }');
    await elsewhere(`mutation { endUserSessions(userId: "${users.nodes[0].id}") { endedSessionIds } }`);
  },
  'of an account that the operator deletes': (latchkey) => latchkey.run('users', 'delete', 'ada'),
  'of an account that the operator disables': (latchkey) => latchkey.run('users', 'update', 'ada', '--disabled'),
};

for (const [which, end] of Object.entries(ends)) {
  test(`a session ${which} ends at the next request, in all tabs and for good`, async (t) => {
    const { latchkey, browser, open } = await openTabs(t);
    const tab = await open();
    await signUp(tab, 'ada');
    const second = await open();
    browser.refreshes = 0;

    await end(latchkey);
    const { data, errors } = await ask(tab, '{ me { id } }');
    assert.equal(data.me, null);
    assert.equal(errors[0].extensions.code, 'UNAUTHENTICATED');
    await isOut(tab);
    await isOut(second);
    assert.equal(browser.refreshes, 1);
    await tab.reload();
    await isOut(tab);
  });
}

const iPhone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1';

test('a user sees where they are signed in, ends one of these sessions, and then all', async (t) => {
  const { signUp, signIn } = await openApp(t);
  const laptop = await signUp('ada@example.org');
  const phone = await signIn('ada@example.org', { userAgent: iPhone, viewport: { width: 390, height: 844 } });
  await goTo(laptop, 'Sessions');
  const rows = laptop.getByRole('listitem');
  await rows.nth(1).waitFor();
  const here = rows.filter({ hasText: 'This device' });
  await here.getByText('Chrome on Linux').waitFor();
  assert.equal(await here.getByRole('button').count(), 0);

  await press(laptop, 'Sign out Safari on iPhone');
  await hears(laptop, 'Safari on iPhone is signed out.');
  assert.equal(await rows.count(), 1);
  await phone.getByRole('link', { name: 'Sessions' }).click();
  await sees(phone, 'Sign in');
  await hears(phone, 'Your session has ended');

  const second = await signIn('ada@example.org', { userAgent: iPhone });
  await goTo(second, 'Sessions');
  await press(second, 'Sign out everywhere else');
  await hears(second, 'You are signed out everywhere else.');
  assert.equal(await second.getByRole('listitem').count(), 1);
  await goTo(laptop, 'Profile');
  await laptop.getByRole('link', { name: 'Sessions' }).click();
  await sees(laptop, 'Sign in');

  const third = await signIn('ada@example.org');
  await goTo(third, 'Sessions');
  await press(third, 'Sign out everywhere');
  await press(third.getByRole('dialog'), 'Sign out everywhere');
  await sees(third, 'Sign in');
  await hears(third, 'You are signed out everywhere.');
  await second.reload();
  await sees(second, 'Sign in');
});
