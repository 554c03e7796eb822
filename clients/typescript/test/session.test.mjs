import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSession, errorCode } from '../dist/index.js';
import { errors, lifetime, openBrowser, pass, quiet, until } from './browser.mjs';

const credentials = { identifier: 'ada', password: 'correct horse' };
const minute = 60_000;

/** Someone signed in with the cookie. */
async function signedIn(t) {
  const latchkey = openBrowser(t);
  const session = createSession({ url: latchkey.url, delivery: 'COOKIE' });
  await until(session.signIn(credentials));
  latchkey.asked.length = 0;
  return { latchkey, session };
}

const states = (session) => {
  const seen = [session.state];
  session.subscribe((now, before) => {
    assert.notDeepEqual(now, before);
    seen.push(now.state);
  });
  return seen;
};

test('without storage nobody is signed in at first, and nobody has to be asked', async (t) => {
  const latchkey = openBrowser(t);
  const session = createSession({ url: latchkey.url });
  assert.equal(session.state, 'loading');
  assert.equal(await until(session.getAccessToken()), null);
  assert.equal(session.state, 'out');
  assert.deepEqual(latchkey.asked, []);
});

test('signing up and signing in tell who is there', async (t) => {
  const latchkey = openBrowser(t);
  for (const enter of [
    (session) => session.signUp({ username: 'ada', password: 'correct horse' }),
    (session) => session.signIn(credentials),
  ]) {
    const session = createSession({ url: latchkey.url });
    const seen = states(session);
    await until(enter(session));
    assert.deepEqual([session.state, session.userId], ['in', 'ada']);
    assert.match(await session.getAccessToken(), /^access/);
    await pass(minute);
    assert.deepEqual(seen.slice(-1), ['in']);
  }
});

test('what is refused at sign-in is thrown with its errors, and changes nothing', async (t) => {
  const { latchkey, session } = await signedIn(t);
  latchkey.fault = () => errors('INVALID_CREDENTIALS');
  await assert.rejects(until(session.signIn(credentials)), (error) => errorCode(error) == 'INVALID_CREDENTIALS');
  assert.deepEqual([session.state, session.userId], ['in', 'ada']);
});

test('a reload finds the session of the cookie', async (t) => {
  const { latchkey } = await signedIn(t);
  await pass(lifetime * 1000); // the tab before is as good as closed: it has nothing to tell
  latchkey.gate = new Promise((go) => (latchkey.go = go));
  const session = createSession({ url: latchkey.url, delivery: 'COOKIE' });
  const seen = states(session);
  latchkey.go();
  assert.match(await until(session.getAccessToken()), /^access/);
  assert.deepEqual(seen, ['loading', 'in']);
});

test('what is asked before it is known who is there waits for that', async (t) => {
  const { latchkey } = await signedIn(t);
  await pass(lifetime * 1000);
  const session = createSession({ url: latchkey.url, delivery: 'COOKIE' });
  assert.deepEqual(await until(ask(session, '{ as }')), { data: { as: 'ada' } });
});

test('the token is refreshed at 90 % of its life, without being asked for', async (t) => {
  const { latchkey, session } = await signedIn(t);
  const first = await session.getAccessToken();
  await pass(0.9 * lifetime * 1000 - 2000);
  assert.deepEqual(latchkey.asked, []);
  await pass(4000);
  assert.deepEqual(latchkey.asked, ['refreshToken']);
  assert.notEqual(await session.getAccessToken(), first);
  await pass(0.9 * lifetime * 1000);
  assert.equal(latchkey.count('refreshToken'), 2);
});

test('the life of a token counts from when it was asked for, however late it comes', async (t) => {
  const { latchkey } = await signedIn(t);
  latchkey.gate = new Promise((go) => (latchkey.go = go));
  await pass(0.9 * lifetime * 1000 + 10_000);
  latchkey.go();
  await pass(0.9 * lifetime * 1000 - 5000);
  assert.equal(latchkey.count('refreshToken'), 2);
});

test('however many requests wait, there is one refresh', async (t) => {
  const { latchkey, session } = await signedIn(t);
  latchkey.refuse(await session.getAccessToken());
  const answers = await until(Promise.all(Array.from({ length: 50 }, () => ask(session, '{ as }'))));
  for (const answer of answers) assert.deepEqual(answer, { data: { as: 'ada' } });
  assert.equal(latchkey.count('refreshToken'), 1);
  assert.equal(latchkey.count('{ as }'), 100);
});

test('however many requests wait, a refresh that fails fails once for all', async (t) => {
  const { latchkey, session } = await signedIn(t);
  latchkey.refuse(await session.getAccessToken());
  latchkey.fault = (name) => (name == 'refreshToken' ? errors('UNAVAILABLE') : errors('UNAUTHENTICATED'));
  const answers = await until(Promise.allSettled(Array.from({ length: 50 }, () => ask(session, '{ as }'))));
  assert.ok(answers.every(({ reason }) => errorCode(reason) == 'UNAVAILABLE'));
  assert.equal(latchkey.count('refreshToken'), 1);
});

test('a listener may use the session', async (t) => {
  const { latchkey, session } = await signedIn(t);
  const done = new Promise((resolve, reject) => {
    session.subscribe((now) => {
      if (now.state == 'out') session.signIn({ identifier: 'grace', password: 'battery staple' }).then(resolve, reject);
      else assert.equal(session.userId, now.userId);
    });
  });
  latchkey.endAll();
  const start = Date.now();
  await until(session.replace(await session.getAccessToken()));
  await until(done);
  assert.equal(session.userId, 'grace');
  assert.ok(Date.now() - start < 1000, 'it was locked out');
});

test('an operation that stays refused is sent twice and no more', async (t) => {
  const { latchkey, session } = await signedIn(t);
  const { answer } = latchkey;
  latchkey.answer = async (request) => {
    if ((await request.clone().text()).includes('{ as }')) latchkey.refuse(request.headers.get('Authorization').slice(7));
    return answer.call(latchkey, request);
  };
  assert.equal((await until(ask(session, '{ as }'))).errors[0].extensions.code, 'UNAUTHENTICATED');
  assert.deepEqual(latchkey.asked, ['{ as }', 'refreshToken', '{ as }']);
  assert.equal(session.state, 'in');
});

test('a token that came while an older one was refreshed can be refused too', async (t) => {
  const { latchkey, session } = await signedIn(t);
  const locked = navigator.locks.request('', { signal: new AbortController().signal }, () => new Promise((go) => (latchkey.go = go)));
  const first = session.replace(await session.getAccessToken());
  await session.adopt(await latchkey.changePassword('ada', 'COOKIE'));
  const refused = await session.getAccessToken();
  latchkey.refuse(refused);
  const second = session.replace(refused);
  await quiet();
  latchkey.go();
  await until(Promise.all([locked, first]));
  assert.notEqual(await until(second), refused);
});

test('an operation of one user is never replayed for another', async (t) => {
  const { latchkey, session } = await signedIn(t);
  latchkey.refuse(await session.getAccessToken());
  latchkey.gate = new Promise((go) => (latchkey.go = go));
  const answer = ask(session, 'mutation { as }');
  await quiet();
  latchkey.gate = Promise.resolve();
  await until(session.signIn({ identifier: 'grace', password: 'battery staple' }));
  latchkey.go();
  assert.equal((await until(answer)).errors[0].extensions.code, 'UNAUTHENTICATED');
  assert.equal(latchkey.count('mutation { as }'), 1);
});

test('an operation of one user is never sent for another, whom a refresh finds', async (t) => {
  const { latchkey, session } = await signedIn(t);
  latchkey.fault = () => errors('UNAVAILABLE');
  await pass(lifetime * 1000); // as a laptop sleeps
  latchkey.fault = undefined;
  await latchkey.changePassword('grace', 'COOKIE'); // she signs in where nobody hears it
  assert.equal((await until(ask(session, 'mutation { as }'))).errors[0].extensions.code, 'UNAUTHENTICATED');
  assert.equal(session.userId, 'grace');
  assert.deepEqual(await until(ask(session, 'mutation { as }')), { data: { as: 'grace' } });
});

test('what ends the session signs out', async (t) => {
  for (const code of ['INVALID_REFRESH_TOKEN', 'REFRESH_TOKEN_REUSED']) {
    await t.test(code, async (t) => {
      const { latchkey, session } = await signedIn(t);
      const seen = states(session);
      latchkey.fault = (name) => errors(name == 'refreshToken' ? code : 'UNAUTHENTICATED');
      assert.equal((await until(ask(session, '{ as }'))).errors[0].extensions.code, 'UNAUTHENTICATED');
      assert.deepEqual(seen, ['in', 'out']);
      assert.deepEqual([session.userId, await session.getAccessToken()], [null, null]);
      await pass(60 * minute);
      assert.equal(latchkey.count('refreshToken'), 1);
    });
  }
});

test('nothing else does', async (t) => {
  const faults = {
    'no server': () => {
      throw new TypeError('fetch failed');
    },
    'a gateway': () => new Response('<h1>Bad Gateway</h1>', { status: 502 }),
    'a gateway that speaks JSON': () => Response.json({ message: 'Bad Gateway' }, { status: 502 }),
    'a stranger with no errors': () => Response.json({ errors: [] }),
    'a stranger with errors of another kind': () => Response.json({ errors: { token: ['INVALID_REFRESH_TOKEN'] } }),
    'a stranger who says nothing': () => Response.json(null),
    UNAVAILABLE: () => errors('UNAVAILABLE', { retryAfter: 1 }),
    RATE_LIMITED: () => errors('RATE_LIMITED', { retryAfter: 30 }),
    OUTCOME_UNKNOWN: () => errors('OUTCOME_UNKNOWN'),
    INTERNAL: () => errors('INTERNAL'),
    UNAUTHENTICATED: () => errors('UNAUTHENTICATED'),
  };
  for (const [name, fault] of Object.entries(faults)) {
    await t.test(name, async (t) => {
      const { latchkey, session } = await signedIn(t);
      const seen = states(session);
      latchkey.fault = fault;
      await pass(lifetime * 1000); // the refresh in the background fails too
      await assert.rejects(until(session.getAccessToken()));
      await assert.rejects(until(ask(session, '{ as }')));
      latchkey.fault = undefined;
      await pass(31_000); // the background has tried again
      assert.match(await session.getAccessToken(), /^access/);
      assert.equal(latchkey.asked.at(-1), 'refreshToken');
      assert.deepEqual(await until(ask(session, '{ as }')), { data: { as: 'ada' } });
      assert.deepEqual(seen, ['in']);
    });
  }
});

test('while the server is away it is asked less and less often, and found when it is back', async (t) => {
  const latchkey = openBrowser(t);
  latchkey.fault = () => {
    throw new TypeError('fetch failed');
  };
  const session = createSession({ url: latchkey.url, delivery: 'COOKIE' });
  await pass(10 * minute);
  assert.equal(session.state, 'loading');
  const tries = latchkey.count('refreshToken');
  assert.ok(tries > 35 && tries < 45, `asked ${tries} times`); // every 15 s in the end
  latchkey.fault = undefined;
  await pass(16_000);
  assert.equal(session.state, 'out');
});

test('each time it is away it is asked again after 1 s first, and not by all pages at once', async (t) => {
  const { latchkey, session } = await signedIn(t);
  for (const [random, tries] of [
    [0, 4], // after 0, 1, 3 and 7 s
    [0.9, 3], // after 0, 1.9 and 5.7 s
  ]) {
    Math.random = () => random;
    latchkey.fault = () => errors('UNAVAILABLE');
    await pass(0.9 * lifetime * 1000 - 1000);
    latchkey.asked.length = 0;
    await pass(5000);
    await pass(5000);
    assert.equal(latchkey.asked.length, tries);
    await pass(5 * minute);
    latchkey.fault = undefined;
    await until(session.replace(await until(session.getAccessToken())));
  }
});

test('a server that renders pages asks nobody, and says loading', async (t) => {
  const latchkey = openBrowser(t);
  delete globalThis.document;
  const session = createSession({ url: latchkey.url, delivery: 'COOKIE' });
  globalThis.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true })); // of pages only
  await pass(minute);
  assert.deepEqual([session.state, latchkey.asked], ['loading', []]);
});

test('it is not asked before retryAfter', async (t) => {
  const { latchkey } = await signedIn(t);
  latchkey.fault = () => errors('UNAVAILABLE', { retryAfter: 20 });
  await pass(0.9 * lifetime * 1000 + 1000);
  assert.equal(latchkey.count('refreshToken'), 1);
  await pass(18_000);
  assert.equal(latchkey.count('refreshToken'), 1);
  await pass(3000);
  assert.equal(latchkey.count('refreshToken'), 2);
});

test('signing out ends the session there and here', async (t) => {
  const { latchkey, session } = await signedIn(t);
  await until(session.signOut());
  assert.deepEqual(latchkey.asked, ['logout']);
  assert.equal(session.state, 'out');
  assert.equal(await session.getAccessToken(), null);
  const reloaded = createSession({ url: latchkey.url, delivery: 'COOKIE' });
  assert.equal(await until(reloaded.getAccessToken()), null);
});

test('signing out elsewhere leaves this session', async (t) => {
  const { latchkey, session } = await signedIn(t);
  await until(session.signOut('OTHERS'));
  assert.deepEqual(latchkey.asked, ['logout']);
  assert.equal(session.state, 'in');
});

test('signing out of a session that has ended already succeeds', async (t) => {
  const { latchkey, session } = await signedIn(t);
  latchkey.endAll();
  await until(session.signOut());
  assert.equal(session.state, 'out');
  latchkey.asked.length = 0;
  await until(session.signOut());
  assert.deepEqual(latchkey.asked, []);
});

test('who would sign out everywhere, with a session that has ended already, is told that the others go on', async (t) => {
  for (const scope of ['ALL', 'OTHERS']) {
    await t.test(scope, async (t) => {
      const { latchkey, session } = await signedIn(t);
      latchkey.endAll();
      await assert.rejects(until(session.signOut(scope)), (error) => errorCode(error) == 'INVALID_REFRESH_TOKEN');
      assert.equal(session.state, 'out');
      latchkey.cookie = undefined;
      await assert.rejects(until(session.signOut(scope)), (error) => errorCode(error) == 'UNAUTHENTICATED');
    });
  }
});

test('signing out with an access token that has expired does it too', async (t) => {
  const { latchkey, session } = await signedIn(t);
  latchkey.refuse(await session.getAccessToken());
  const { answer, cookie } = latchkey;
  latchkey.cookie = undefined; // so that it is not the cookie that does it
  latchkey.answer = async (request) => {
    const response = await answer.call(latchkey, request);
    latchkey.cookie = cookie;
    return response;
  };
  await until(session.signOut());
  assert.deepEqual(latchkey.asked, ['logout', 'refreshToken', 'logout']);
  assert.equal(session.state, 'out');
});

test('a refresh that fails after the sign-out is not tried again', async (t) => {
  const { latchkey, session } = await signedIn(t);
  latchkey.gate = new Promise((_, reject) => (latchkey.fail = reject));
  await pass(0.9 * lifetime * 1000 + 1000);
  const { gate } = latchkey;
  latchkey.gate = Promise.resolve();
  await until(session.signOut());
  latchkey.fail(new TypeError('fetch failed'));
  await assert.rejects(gate);
  await pass(60 * minute);
  assert.deepEqual(latchkey.asked, ['refreshToken', 'logout']);
});

test('who can not be signed out, because the server is away, is told so and stays signed in', async (t) => {
  const { latchkey, session } = await signedIn(t);
  for (const fault of [() => errors('UNAVAILABLE', { retryAfter: 1 }), () => Promise.reject(new TypeError('fetch failed'))]) {
    latchkey.fault = fault;
    await assert.rejects(until(session.signOut()));
    assert.equal(session.state, 'in');
  }
  latchkey.fault = undefined;
  await until(session.signOut());
  assert.equal(session.state, 'out');
});

test('nor is anyone signed out by that before it is known who is there', async (t) => {
  const latchkey = openBrowser(t);
  latchkey.fault = () => Promise.reject(new TypeError('fetch failed'));
  const session = createSession({ url: latchkey.url, delivery: 'COOKIE' });
  for (const scope of ['CURRENT', 'OTHERS', 'ALL']) {
    await assert.rejects(until(session.signOut(scope)), /fetch failed/);
    assert.equal(session.state, 'loading');
  }
});

test('a refresh that is answered after the sign-out does not sign in again', async (t) => {
  const { latchkey, session } = await signedIn(t);
  await pass(0.9 * lifetime * 1000 - 200);
  let answer;
  const slow = new Promise((go) => (answer = go));
  const { fetch } = globalThis;
  globalThis.fetch = async (...request) => {
    const response = await fetch(...request);
    if (latchkey.asked.at(-1) == 'refreshToken') await slow;
    return response;
  };
  await pass(1000);
  assert.deepEqual(latchkey.asked, ['refreshToken']);
  await until(session.signOut());
  answer();
  await pass(minute);
  assert.equal(session.state, 'out');
});

test('who signs in while another is signed out stays signed in', async (t) => {
  const { latchkey, session } = await signedIn(t);
  latchkey.gate = new Promise((go) => (latchkey.go = go));
  const out = session.signOut();
  await quiet();
  latchkey.gate = Promise.resolve();
  await until(session.signIn({ identifier: 'grace', password: 'battery staple' }));
  latchkey.go();
  await until(out);
  assert.equal(session.userId, 'grace');
});

test('a new password goes on with the new session', async (t) => {
  const { latchkey, session } = await signedIn(t);
  await session.adopt(await latchkey.changePassword('ada', 'COOKIE'));
  assert.deepEqual(await until(ask(session, '{ as }')), { data: { as: 'ada' } });
  await pass(lifetime * 1000);
  assert.deepEqual(await until(ask(session, '{ as }')), { data: { as: 'ada' } });
  assert.equal(session.state, 'in');
});

test('a subscription ends when that is asked for', async (t) => {
  const { session } = await signedIn(t);
  let calls = 0;
  const end = session.subscribe(() => calls++);
  await until(session.signOut());
  end();
  await until(session.signIn(credentials));
  assert.equal(calls, 1);
});

test('who subscribes twice is told twice, until each is ended', async (t) => {
  const { session } = await signedIn(t);
  let calls = 0;
  const listener = () => void calls++;
  session.subscribe(listener);
  const end = session.subscribe(listener);
  await until(session.signOut());
  assert.equal(calls, 2);
  end();
  await until(session.signIn(credentials));
  assert.equal(calls, 3);
});

test('a listener that throws harms neither the session nor the others, and is reported as any callback', async (t) => {
  const { latchkey, session } = await signedIn(t);
  const other = createSession({ url: latchkey.url, delivery: 'COOKIE' });
  await until(other.getAccessToken());
  const end = session.subscribe(() => {
    throw new Error('mine');
  });
  const seen = states(session);
  await session.signOut();
  await quiet();
  assert.deepEqual([seen, other.state], [['in', 'out'], 'out']);
  await assert.rejects(pass(100), /mine/);
  end();
});

const ask = async (session, query) =>
  (await session.fetch('http://localhost:4000/graphql', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ query }) })).json();
