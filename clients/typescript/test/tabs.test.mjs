import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSession } from '../dist/index.js';
import { errors, lifetime, openBrowser, pass, quiet, until } from './browser.mjs';

const ada = { identifier: 'ada', password: 'correct horse' };
const grace = { identifier: 'grace', password: 'battery staple' };

/** Tabs of one browser, all signed in by the cookie. */
async function openTabs(t, count) {
  const latchkey = openBrowser(t);
  const open = () => createSession({ url: latchkey.url, delivery: 'COOKIE' });
  const tabs = Array.from({ length: count }, open);
  await until(tabs[0].signIn(ada));
  await pass(1000);
  for (const tab of tabs) assert.deepEqual([tab.state, tab.userId], ['in', 'ada']);
  latchkey.asked.length = 0;
  return { latchkey, tabs, open };
}

const tokens = (tabs) => until(Promise.all(tabs.map((tab) => tab.getAccessToken())));

test('five tabs that expire together refresh once, and have the same token', async (t) => {
  const { latchkey, tabs } = await openTabs(t, 5);
  for (let refreshes = 1; refreshes <= 3; refreshes++) {
    await pass(0.9 * lifetime * 1000 + 1000);
    assert.equal(latchkey.count('refreshToken'), refreshes);
    assert.equal(new Set(await tokens(tabs)).size, 1);
  }
});

test('five tabs whose token is refused refresh once', async (t) => {
  const { latchkey, tabs } = await openTabs(t, 5);
  const [refused] = await tokens(tabs);
  latchkey.refuse(refused);
  const next = await until(Promise.all(tabs.map((tab) => tab.replace(refused))));
  assert.equal(new Set(next).size, 1);
  assert.notEqual(next[0], refused);
  assert.equal(latchkey.count('refreshToken'), 1);
  assert.equal(await tabs[0].replace(refused), next[0]); // whoever comes late
});

test('a new tab has the token of the others', async (t) => {
  const { latchkey, tabs, open } = await openTabs(t, 2);
  const [token] = await tokens(tabs);
  const start = Date.now();
  assert.equal(await until(open().getAccessToken()), token);
  assert.deepEqual(latchkey.asked, []);
  assert.ok(Date.now() - start < 100, `waited for ${Date.now() - start} ms`); // as long as it waits for an answer
});

test('a new tab has no old token of the others', async (t) => {
  const { latchkey, tabs, open } = await openTabs(t, 1);
  const [token] = await tokens(tabs);
  latchkey.fault = () => errors('UNAVAILABLE', { retryAfter: 10 });
  await pass(lifetime * 1000);
  latchkey.fault = undefined;
  assert.notEqual(await until(open().getAccessToken()), token);
});

test('signing in waits for the refresh of another tab, so that their cookies come in order', async (t) => {
  const { latchkey, tabs } = await openTabs(t, 2);
  latchkey.gate = new Promise((go) => (latchkey.go = go));
  const refreshed = tabs[0].replace(await tabs[0].getAccessToken());
  await pass(200);
  const entered = tabs[1].signIn(grace);
  await pass(1000);
  assert.deepEqual(latchkey.asked, ['refreshToken']);
  latchkey.go();
  await until(Promise.all([refreshed, entered]));
  await pass(1000);
  assert.deepEqual(tabs.map((tab) => tab.userId), ['grace', 'grace']);
});

test('signing out in one tab signs all out, signing in all in', async (t) => {
  const { latchkey, tabs } = await openTabs(t, 5);
  await until(tabs[3].signOut());
  await quiet();
  assert.deepEqual(tabs.map((tab) => tab.state), Array(5).fill('out'));
  await until(tabs[1].signIn(grace));
  await quiet();
  assert.deepEqual(tabs.map((tab) => tab.userId), Array(5).fill('grace'));
  assert.deepEqual(latchkey.asked, ['logout', 'login']);
});

test('a session that ends elsewhere ends in all tabs, with one refresh', async (t) => {
  const { latchkey, tabs } = await openTabs(t, 5);
  latchkey.endAll();
  const [token] = await tokens(tabs);
  assert.deepEqual(await until(Promise.all(tabs.map((tab) => tab.replace(token)))), Array(5).fill(null));
  assert.deepEqual(tabs.map((tab) => tab.state), Array(5).fill('out'));
  assert.equal(latchkey.count('refreshToken'), 1);
});

test('another user who signs in is told to all tabs, with the one before', async (t) => {
  const { tabs } = await openTabs(t, 2);
  const seen = [];
  tabs[1].subscribe((now, before) => seen.push([before.userId, now.userId]));
  await until(tabs[0].signIn(grace));
  await quiet();
  assert.deepEqual(seen, [['ada', 'grace']]);
});

test('a tab that freezes while it refreshes does not hold up the others for more than 5 s', async (t) => {
  const { latchkey, tabs } = await openTabs(t, 2);
  const [refused] = await tokens(tabs);
  const { answer } = latchkey;
  latchkey.answer = () => new Promise(() => {});
  const frozen = tabs[0].replace(refused);
  await pass(200);
  latchkey.answer = answer;
  const start = Date.now();
  assert.notEqual(await until(tabs[1].replace(refused)), refused);
  assert.ok(Date.now() - start < 5500, `held up for ${Date.now() - start} ms`);
  assert.equal(await until(frozen), await tabs[1].getAccessToken());
});

test('who signs in while a refresh of someone else is on its way keeps her cookie', async (t) => {
  const { latchkey, tabs } = await openTabs(t, 2);
  const [token] = await tokens(tabs);
  latchkey.gate = new Promise((go) => (latchkey.go = go));
  const next = tabs[0].replace(token);
  await pass(200);
  latchkey.gate = Promise.resolve();
  await until(tabs[1].signIn(grace));
  latchkey.go();
  assert.equal(await until(next), await tabs[1].getAccessToken());
  await pass(lifetime * 1000);
  assert.deepEqual(tabs.map((tab) => tab.userId), ['grace', 'grace']);
});

test('a new password while a refresh is on its way keeps the new cookie', async (t) => {
  const { latchkey, tabs } = await openTabs(t, 1);
  const { answer } = latchkey;
  latchkey.answer = async (request) => {
    latchkey.answer = answer;
    const response = await answer.call(latchkey, request);
    await new Promise((go) => (latchkey.go = go));
    return response;
  };
  const refreshed = tabs[0].replace(await tabs[0].getAccessToken());
  await pass(200);
  await tabs[0].adopt(await latchkey.changePassword('ada', 'COOKIE'));
  latchkey.go();
  await until(refreshed);
  await pass(lifetime * 1000);
  assert.equal(tabs[0].state, 'in');
});

test('a tab that thaws with its answer does not make another lose the cookie that follows it', async (t) => {
  const { latchkey, tabs } = await openTabs(t, 2);
  const [refused] = await tokens(tabs);
  const { fetch } = globalThis;
  let thaw;
  globalThis.fetch = async (...request) => {
    globalThis.fetch = fetch;
    const response = await fetch(...request); // the browser has the cookie, the tab not yet the answer
    await new Promise((go) => (thaw = go));
    return response;
  };
  const frozen = tabs[0].replace(refused);
  await pass(200);
  latchkey.gate = new Promise((go) => (latchkey.go = go));
  const next = tabs[1].replace(refused);
  await pass(5200);
  assert.equal(latchkey.count('refreshToken'), 2);
  thaw();
  await quiet();
  latchkey.go();
  await until(Promise.all([frozen, next]));
  await pass(lifetime * 1000);
  assert.deepEqual(tabs.map((tab) => tab.state), ['in', 'in']);
});

test('a tab whose refresh fails, while another has done it, has no reason to try again', async (t) => {
  const { latchkey, tabs } = await openTabs(t, 2);
  const { answer } = latchkey;
  latchkey.answer = () => {
    latchkey.answer = answer;
    return new Promise(() => {});
  };
  await pass(0.9 * lifetime * 1000 + 20_000); // the first gives up after 15 s, the second waits for 5
  assert.equal(new Set(await tokens(tabs)).size, 1);
  await pass(60_000);
  assert.deepEqual(latchkey.asked, ['refreshToken']); // beside the one that was lost
});

test('a refresh that fails in one tab is tried by the next', async (t) => {
  const { latchkey, tabs } = await openTabs(t, 2);
  const [refused] = await tokens(tabs);
  latchkey.fault = () => {
    latchkey.fault = undefined;
    return errors('UNAVAILABLE', { retryAfter: 1 });
  };
  const [first, second] = await until(Promise.allSettled(tabs.map((tab) => tab.replace(refused))));
  assert.equal(first.status, 'rejected');
  assert.equal(second.value, 'access 2');
  await quiet();
  assert.equal(await tabs[0].getAccessToken(), second.value);
});

test('a new password in one tab does not sign out another, which refreshes with the old cookie at that moment', async (t) => {
  const { latchkey, tabs } = await openTabs(t, 2);
  const [refused] = await tokens(tabs);
  latchkey.fault = () => errors('INVALID_REFRESH_TOKEN');
  const next = tabs[1].replace(refused);
  await pass(120); // it has asked the other, and been refused
  latchkey.fault = undefined;
  assert.equal(latchkey.count('refreshToken'), 1);
  await tabs[0].adopt(await latchkey.changePassword('ada', 'COOKIE'));
  assert.equal(await until(next), await tabs[0].getAccessToken());
  await pass(1000);
  assert.deepEqual(tabs.map((tab) => tab.state), ['in', 'in']);
});

test('tabs that keep their refresh tokens in memory have nothing to do with each other', async (t) => {
  const latchkey = openBrowser(t);
  const tabs = [ada, grace].map((user) => [createSession({ url: latchkey.url }), user]);
  for (const [tab, user] of tabs) await until(tab.signIn(user));
  await pass(1000);
  for (const [tab, user] of tabs) assert.equal(tab.userId, user.identifier);
  await until(tabs[0][0].signOut());
  await pass(1000);
  assert.equal(tabs[1][0].state, 'in');
});

test('without locks between tabs each refreshes by itself', async (t) => {
  const latchkey = openBrowser(t, { locks: false });
  const session = createSession({ url: latchkey.url, delivery: 'COOKIE' });
  await until(session.signIn(ada));
  await pass(lifetime * 1000);
  assert.match(await session.getAccessToken(), /^access/);
  assert.deepEqual(latchkey.asked, ['login', 'refreshToken']);
});

test('tabs that wait for one refresh are served as soon as it is done', async (t) => {
  const { tabs } = await openTabs(t, 5);
  const [refused] = await tokens(tabs);
  const start = Date.now();
  await until(Promise.all(tabs.map((tab) => tab.replace(refused))));
  assert.ok(Date.now() - start < 200, `waited for ${Date.now() - start} ms`); // one asked the others, in vain
});

test('where cookies are blocked, and channels with them, a page is alone', async (t) => {
  const latchkey = openBrowser(t);
  const { BroadcastChannel } = globalThis;
  t.after(() => Object.assign(globalThis, { BroadcastChannel }));
  globalThis.BroadcastChannel = class {
    constructor() {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    }
  };
  const session = createSession({ url: latchkey.url, delivery: 'COOKIE' });
  await until(session.signIn(ada));
  assert.equal(session.state, 'in');
});

test('programs have locks and channels too, but each session there is of another user', async (t) => {
  const latchkey = openBrowser(t);
  delete globalThis.document;
  const sessions = [ada, grace].map((user) => {
    let kept = null;
    return [createSession({ url: latchkey.url, storage: { get: () => kept, set: (token) => void (kept = token) } }), user];
  });
  for (const [session, user] of sessions) await until(session.signIn(user));
  await pass(1000);
  assert.deepEqual(sessions.map(([{ userId }]) => userId), ['ada', 'grace']);
});

test('a page that comes back from the cache for back and forward finds out who is signed in', async (t) => {
  const { latchkey, tabs } = await openTabs(t, 1);
  const pageshow = (persisted) => globalThis.dispatchEvent(Object.assign(new Event('pageshow'), { persisted }));
  pageshow(false);
  await pass(1000);
  assert.deepEqual(latchkey.asked, []);
  await pass(60_000);
  pageshow(true);
  await pass(0.9 * lifetime * 1000 - 5000);
  assert.deepEqual(latchkey.asked, ['refreshToken']); // and from then on as ever
  latchkey.endAll(); // in a page that is gone: nobody tells
  pageshow(true);
  await pass(1000);
  assert.equal(tabs[0].state, 'out');
  await latchkey.changePassword('grace', 'COOKIE');
  latchkey.fault = () => errors('UNAVAILABLE');
  pageshow(true);
  await pass(1000);
  latchkey.fault = undefined;
  await pass(5000);
  assert.equal(tabs[0].userId, 'grace');
});
