import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSession } from '@latchkey/client';
import { ask, isOut, openTabs, password, signUp } from './tabs.mjs';

/** Another device, without a browser: a function that sends operations, signed in there. */
async function signInElsewhere({ origin }, identifier) {
  const url = `${origin}/graphql`;
  const session = createSession({ url });
  await session.signIn({ identifier, password });
  return async (query) => {
    const response = await session.fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ query }) });
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
