// session.fetch, on its own server: what it sends, and what it sends again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSession } from '../dist/index.js';
import { openBrowser, pass, quiet, until } from './browser.mjs';

const api = 'http://localhost:4000/graphql';
const unauthenticated = (path, more) => ({ errors: [{ message: 'no', path, extensions: { code: 'UNAUTHENTICATED' } }], ...more });

/** Someone signed in, and an API that answers the first request with this, and later ones with 'done'. */
async function signedIn(t, first, status = 200) {
  const latchkey = openBrowser(t);
  const session = createSession({ url: latchkey.url, delivery: 'COOKIE' });
  await until(session.signIn({ identifier: 'ada', password: 'correct horse' }));
  const sent = [];
  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    if (request.url == latchkey.url) return fetch(request);
    sent.push({ token: request.headers.get('Authorization'), body: await request.text(), request });
    return sent.length == 1 && first ? Response.json(first, { status }) : Response.json({ data: 'done' });
  };
  return { latchkey, session, sent };
}

const post = (query) => ({ method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Mine': '1' }, body: JSON.stringify({ query }) });

test('the token goes along with what was sent, and an old one is replaced', async (t) => {
  const { session, sent } = await signedIn(t, unauthenticated(['a'], { data: null }));
  const response = await until(session.fetch(api, post('{ a }')));
  assert.deepEqual(await response.json(), { data: 'done' });
  assert.deepEqual(sent.map(({ token }) => token), ['Bearer access 1', 'Bearer access 2']);
  for (const { body, request } of sent) {
    assert.equal(body, '{"query":"{ a }"}');
    assert.equal(request.headers.get('X-Mine'), '1');
    assert.equal(request.credentials, 'same-origin');
  }
});

test('who is not signed in sends no token, and gets the answer as it is', async (t) => {
  const { latchkey, session, sent } = await signedIn(t, unauthenticated());
  await until(session.signOut());
  const response = await until(session.fetch(api, post('{ a }')));
  assert.equal(await response.text(), JSON.stringify(unauthenticated()));
  assert.deepEqual(sent.map(({ token }) => token), [null]);
  assert.deepEqual(latchkey.asked, ['login', 'logout']);
});

test('mutations are sent again only if nothing was executed', async (t) => {
  for (const [query, answer, sends] of [
    ['mutation { a }', unauthenticated(), 2],
    ['mutation { a }', unauthenticated(['a'], { data: null }), 2],
    ['mutation { a { b } }', unauthenticated(['a', 'b'], { data: null }), 1],
    ['mutation { a b }', unauthenticated(['b'], { data: null }), 1],
    ['mutation { a b }', unauthenticated(), 2],
    [undefined, unauthenticated(['a'], { data: null }), 1], // a persisted operation may be anything
    [undefined, unauthenticated(), 2],
    ['{ a b }', unauthenticated(['b'], { data: { a: 1, b: null } }), 2],
  ]) {
    await t.test(`${query} ${JSON.stringify(answer)}`, async (t) => {
      const { latchkey, session, sent } = await signedIn(t, answer);
      await until(session.fetch(api, post(query)));
      assert.equal(sent.length, sends);
      assert.equal(latchkey.count('refreshToken'), 1); // so that the next one goes through
    });
  }
});

test('a query in the address is sent again', async (t) => {
  const { session, sent } = await signedIn(t, unauthenticated(['a', 'b'], { data: { a: null } }));
  await until(session.fetch(`${api}?query={a{b}}`));
  assert.equal(sent.length, 2);
});

test('status 401 is a refusal too, of anything that can be sent', async (t) => {
  const form = new FormData();
  form.set('name', 'Ada');
  for (const request of [
    { method: 'POST', body: 'text' },
    { method: 'PUT', body: new Blob(['text']) },
    { method: 'DELETE' },
    { method: 'POST', body: form },
    {},
  ]) {
    await t.test(`${request.method} ${request.body}`, async (t) => {
      const { session, sent } = await signedIn(t, 'no', 401);
      const response = await until(session.fetch('http://localhost:4000/items', request));
      assert.equal(response.status, 200);
      assert.equal(sent.length, 2);
      if (request.body == form) assert.match(sent[1].body, /Ada/);
      else assert.equal(sent[1].body, sent[0].body);
    });
  }
});

test('a Request can be sent, and aborted', async (t) => {
  const { session, sent } = await signedIn(t, unauthenticated());
  const controller = new AbortController();
  const request = new Request(api, { ...post('{ a }'), signal: controller.signal });
  await until(session.fetch(request));
  assert.equal(sent.length, 2);
  controller.abort();
  assert.ok(sent[1].request.signal.aborted);
});

test('Latchkey gets and sets its cookie, others do not', async (t) => {
  const { latchkey, session } = await signedIn(t);
  const seen = [];
  globalThis.fetch = async (input, init) => {
    const { url, credentials } = new Request(input, init);
    seen.push([url, credentials]);
    return Response.json({ data: 'done' });
  };
  for (const address of [latchkey.url, `${latchkey.url}?query={a}`, `${latchkey.url}/other`, api]) await until(session.fetch(address));
  assert.deepEqual(seen.map(([, credentials]) => credentials), ['include', 'include', 'same-origin', 'same-origin']);
});

test('answers that are not JSON are passed on as they come', async (t) => {
  const { session } = await signedIn(t);
  for (const [body, type] of [['{"errors": [', 'application/json'], ['data: {}\n\n', 'text/event-stream'], ['null', 'application/json'], ['[1]', 'application/json'], ['{"errors":[null]}', 'application/json'], ['{"errors":{"a":["b"]}}', 'application/problem+json']]) {
    globalThis.fetch = async () => new Response(body, { headers: { 'Content-Type': type } });
    assert.equal(await (await until(session.fetch(api))).text(), body);
  }
});

test('an answer that goes on is passed on at once', async (t) => {
  const { latchkey, session } = await signedIn(t);
  const nobody = createSession({ url: latchkey.url }); // has no use for what is in it
  for (const [asking, type] of [
    [session, 'application/x-ndjson'],
    [session, 'application/jsonl'],
    [session, 'application/json-seq'],
    [session, 'text/event-stream'],
    [session, 'multipart/mixed; boundary=json'],
    [nobody, 'application/json'],
  ]) {
    let end;
    globalThis.fetch = async () => new Response(new ReadableStream({ start: (stream) => void (end = () => stream.close()) }), { headers: { 'Content-Type': type } });
    await until(asking.fetch(api));
    end();
  }
});

test('a request that is aborted fails at once, and signs nobody out', async (t) => {
  const { latchkey, session, sent } = await signedIn(t, unauthenticated());
  latchkey.gate = new Promise((go) => (latchkey.go = go));
  for (const [when, count] of [
    ['while the refused token is replaced', 1],
    ['before there is a token', 0],
  ]) {
    await t.test(when, async () => {
      if (!count) await pass(16_000 + 900_000); // the refresh before gave up, and the token expires
      sent.length = 0;
      const controller = new AbortController();
      const answer = session.fetch(api, { ...post('{ a }'), signal: controller.signal });
      await quiet();
      controller.abort(new Error('mine'));
      let failed;
      answer.catch((error) => (failed = error.message));
      await quiet();
      assert.equal(failed, 'mine');
      assert.equal(sent.length, count);
    });
  }
  await assert.rejects(session.fetch(api, { signal: AbortSignal.abort(new Error('mine')) }), /mine/);
  latchkey.go();
  assert.match(await until(session.getAccessToken()), /^access/);
  assert.equal(session.state, 'in');
  assert.equal(sent.length, 0);
});
