// A browser and a Latchkey, as far as sessions need them: tabs in this process, a lock between them, one cookie, a clock that the test moves.
// Messages between tabs go through Node's own BroadcastChannel.
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { mock } from 'node:test';

let opened = 0;
export const lifetime = 900; // of an access token, in seconds

/** Replaces what the package takes from its environment, until the test `t` is over. */
export function openBrowser(t, { locks = true } = {}) {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.UTC(2026, 10, 25, 12) });
  const latchkey = new Latchkey();
  const navigator = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  const { fetch } = globalThis;
  const { random } = Math;
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: locks ? { locks: new Locks() } : undefined });
  globalThis.document = {};
  const page = new EventTarget();
  globalThis.addEventListener = page.addEventListener.bind(page);
  globalThis.dispatchEvent = page.dispatchEvent.bind(page);
  globalThis.fetch = async (input, { signal, ...init } = {}) => {
    const response = await Promise.race([
      latchkey.answer(new Request(input, init)),
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    ]);
    latchkey.cookie = response.headers.get('X-Cookie') ?? latchkey.cookie; // not that of an answer nobody waits for
    return response;
  };
  Math.random = () => 0;
  t.after(() => {
    if (navigator) Object.defineProperty(globalThis, 'navigator', navigator);
    else delete globalThis.navigator;
    for (const name of ['document', 'addEventListener', 'dispatchEvent']) delete globalThis[name];
    Object.assign(globalThis, { fetch });
    Object.assign(Math, { random });
    mock.timers.reset();
  });
  return latchkey;
}

/** Lets everything happen that needs no time: promises, messages between tabs. */
export const quiet = () => turns(20);

async function turns(count) {
  for (let i = 0; i < count; i++) await turn();
}

/** Moves the clock. */
export async function pass(ms) {
  await quiet();
  const step = ms > 5000 ? 1000 : 50;
  for (const end = Date.now() + ms; Date.now() < end; ) {
    mock.timers.tick(Math.min(step, end - Date.now()));
    await quiet();
  }
}

/** Moves the clock until the promise is settled. */
export async function until(promise) {
  let settled = false;
  const done = () => (settled = true);
  promise.then(done, done);
  for (let waited = 0; !settled; waited += 50) {
    assert.ok(waited < 60_000, 'nothing happens any more');
    await quiet();
    if (!settled) await pass(50);
  }
  return promise;
}

/** The Web Locks API: one holder at a time, in order. */
class Locks {
  #last = Promise.resolve();
  request(_name, { signal }, task) {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason)); // does nothing once it is held
      this.#last = this.#last.then(async () => {
        await turns(5); // so that what the holder before has told is here first
        if (signal.aborted) return;
        const held = task();
        resolve(held);
        await held.catch(() => {});
      });
    });
  }
}

/** One account service: sessions, the token of the latest refresh, and a list of what was asked. */
class Latchkey {
  /** Of each its own: the tabs of tests that are over still listen. */
  url = `http://localhost:8080/${++opened}/graphql`;
  /** The cookie of the browser. */
  cookie;
  /** What is asked from now on is held up until it is let go. */
  gate = Promise.resolve();
  /** What answers instead of the service, if set. */
  fault;
  asked = [];
  /** Of the latest request. */
  credentials;
  #sessions = new Map(); // refresh token to the session: its user, and whether it is over
  #tokens = new Map(); // access token to session
  #made = 0;

  count = (operation) => this.asked.filter((asked) => asked == operation).length;

  /** Ends all sessions, as an administrator does. */
  endAll = () => [...this.#sessions.values()].forEach(end);

  /** Makes one access token invalid, as a change of role does. */
  refuse = (accessToken) => this.#tokens.delete(accessToken);

  async answer(request) {
    this.credentials = request.credentials;
    const cookie = request.credentials == 'include' ? this.cookie : undefined;
    const { query, variables } = await request.json();
    const name = /\w+(?=\()/.exec(query.replace(/^\w+ \w+(\([^)]*\))?/, ''))?.[0] ?? query;
    this.asked.push(name);
    await this.gate;
    if (this.fault) return this.fault(name);
    const token = request.headers.get('Authorization')?.slice('Bearer '.length);
    const session = this.#tokens.get(token);
    const userId = !session?.over && session?.userId;
    switch (name) {
      case 'signup':
      case 'login': {
        const { identifier, username, delivery } = variables.input;
        return this.#grant({ userId: identifier ?? username }, delivery);
      }
      case 'refreshToken': {
        const old = variables.token ?? cookie;
        const session = this.#sessions.get(old);
        if (!session || session.over) return errors('INVALID_REFRESH_TOKEN');
        this.#sessions.delete(old);
        return this.#grant(session, variables.token ? 'BODY' : 'COOKIE');
      }
      case 'logout': {
        const ended = userId ? session : this.#sessions.get(cookie);
        if (!ended || ended.over) return cookie ? errors('INVALID_REFRESH_TOKEN') : unauthenticated(['result']);
        if (variables.scope != 'OTHERS') end(ended);
        return Response.json({ data: { result: { endedSessionIds: [] } } });
      }
      default: // of the app
        return userId ? Response.json({ data: { as: userId } }) : unauthenticated(['as']);
    }
  }

  #grant(session, delivery) {
    const [accessToken, refreshToken] = [`access ${++this.#made}`, `refresh ${this.#made}`];
    this.#sessions.set(refreshToken, session);
    this.#tokens.set(accessToken, session);
    const cookie = delivery == 'COOKIE';
    const result = { accessToken, refreshToken: cookie ? null : refreshToken, expiresIn: lifetime, user: { id: session.userId } };
    return Response.json({ data: { result } }, { headers: cookie ? { 'X-Cookie': refreshToken } : {} });
  }

  /** A password change of the user: all sessions end, and there is a new one. */
  async changePassword(userId, delivery) {
    [...this.#sessions.values()].filter((session) => session.userId == userId).forEach(end);
    const response = this.#grant({ userId }, delivery);
    this.cookie = response.headers.get('X-Cookie') ?? this.cookie;
    return (await response.json()).data.result;
  }
}

const end = (session) => (session.over = true);

export const errors = (code, more) => Response.json({ data: null, errors: [{ message: code, extensions: { code, ...more } }] });

const unauthenticated = (path) =>
  Response.json({ data: null, errors: [{ message: 'A valid access token is needed.', path, extensions: { code: 'UNAUTHENTICATED' } }] });
