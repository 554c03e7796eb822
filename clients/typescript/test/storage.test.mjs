import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSession } from '../dist/index.js';
import { lifetime, openBrowser, pass, quiet, until } from './browser.mjs';

const ada = { identifier: 'ada', password: 'correct horse' };

/** A storage that answers at once, as localStorage does, or later, as the keychain of a phone does. */
const storages = {
  'at once': () => {
    const storage = { token: null, get: () => storage.token, set: (token) => void (storage.token = token) };
    return storage;
  },
  later: () => {
    const storage = { token: null, get: async () => storage.token, set: async (token) => void (storage.token = token) };
    return storage;
  },
};

for (const [kind, make] of Object.entries(storages)) {
  test(`a storage that answers ${kind} keeps the session`, async (t) => {
    const latchkey = openBrowser(t);
    const storage = make();
    const open = () => createSession({ url: latchkey.url, storage });

    const first = open();
    assert.equal(await until(first.getAccessToken()), null);
    assert.deepEqual(latchkey.asked, []);
    await until(first.signIn(ada));
    assert.equal(latchkey.credentials, 'same-origin');
    assert.equal(storage.token, 'refresh 1');
    await pass(0.9 * lifetime * 1000 + 1000);
    assert.equal(storage.token, 'refresh 2');

    await pass(lifetime * 1000);
    const reloaded = open();
    assert.match(await until(reloaded.getAccessToken()), /^access/);
    assert.equal(reloaded.userId, 'ada');

    await until(reloaded.signOut());
    assert.equal(storage.token, null);
    assert.equal(first.state, 'out');
    assert.equal(await until(open().getAccessToken()), null);
  });
}

test('a storage that holds a token of a session that has ended is emptied', async (t) => {
  const latchkey = openBrowser(t);
  const storage = storages['at once']();
  storage.token = 'refresh of long ago';
  const session = createSession({ url: latchkey.url, storage });
  assert.equal(await until(session.getAccessToken()), null);
  assert.equal(storage.token, null);
});

test('signing out of a session that has ended already succeeds without a cookie too', async (t) => {
  const latchkey = openBrowser(t);
  const storage = storages.later();
  const session = createSession({ url: latchkey.url, storage });
  await until(session.signIn(ada));
  latchkey.endAll();
  await until(session.signOut());
  assert.deepEqual([session.state, storage.token], ['out', null]);
});

test('a new password puts the new refresh token there', async (t) => {
  const latchkey = openBrowser(t);
  const storage = storages.later();
  const session = createSession({ url: latchkey.url, storage });
  await until(session.signIn(ada));
  await session.adopt(await latchkey.changePassword('ada', 'BODY'));
  assert.equal(storage.token, 'refresh 2');
  await pass(lifetime * 1000);
  assert.equal(session.state, 'in');
});

/** Someone signed in with a storage that gets slow, and a background refresh that is on its way. */
async function refreshing(t) {
  const latchkey = openBrowser(t);
  const storage = storages.later();
  const session = createSession({ url: latchkey.url, storage });
  await until(session.signIn(ada));
  await pass(0.9 * lifetime * 1000 - 1000);
  const { fetch } = globalThis;
  const refreshed = new Promise((answer) => {
    globalThis.fetch = async (...request) => {
      const response = await fetch(...request);
      if (latchkey.asked.at(-1) == 'refreshToken') await new Promise((go) => answer(go));
      return response;
    };
  });
  await pass(2000);
  return { latchkey, storage, session, answer: await refreshed };
}

test('a refresh that is answered while the token is being removed does not sign in again', async (t) => {
  const { storage, session, answer } = await refreshing(t);
  const order = [];
  storage.set = async (token) => {
    order.push(token);
    await new Promise((done) => setTimeout(done, 1000));
    storage.token = token;
  };
  const out = session.signOut();
  for (let turns = 0; !order.length; turns++) {
    assert.ok(turns < 100, 'nothing is removed');
    await quiet();
  }
  answer();
  await until(out);
  await pass(10_000);
  assert.deepEqual([session.state, storage.token, order], ['out', null, [null]]);
});

for (const [how, set] of [['throws', () => assert.fail('full')], ['rejects', async () => assert.fail('full')]]) {
  test(`a storage that ${how} is told to who needs it, and keeps nobody signed in`, async (t) => {
    const latchkey = openBrowser(t);
    const storage = storages['at once']();
    const session = createSession({ url: latchkey.url, storage });
    await until(session.signIn(ada));
    storage.set = set;
    await assert.rejects(until(session.signOut()), /full/);
    assert.equal(session.state, 'out');
    await assert.rejects(until(session.signIn(ada)), /full/);
    assert.equal(session.state, 'in');
    assert.match(await session.getAccessToken(), /^access/);
    storage.get = set;
    await pass(2 * lifetime * 1000);
    assert.equal(session.state, 'in');
    await assert.rejects(until(session.getAccessToken()), /full/);
  });
}

test('news that comes while a storage takes its time saves the refresh', async (t) => {
  const latchkey = openBrowser(t);
  const storage = storages.later();
  const [first, second] = [0, 1].map(() => createSession({ url: latchkey.url, storage }));
  await until(first.signIn(ada));
  await pass(1000);
  const refused = await second.getAccessToken();
  storage.get = () => new Promise((answer) => setTimeout(() => answer(storage.token), 1000));
  const next = second.replace(refused);
  await pass(500);
  await first.adopt(await latchkey.changePassword('ada', 'BODY'));
  assert.equal(await until(next), await first.getAccessToken());
  await pass(2000);
  assert.deepEqual(latchkey.asked, ['login']);
});
