// The TypeScript of docs/clients.md, compiled and run in Node, on the server of LATCHKEY_BIN.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { latchkeyLink } from '@latchkey/client/apollo';
import { latchkeyExchange } from '@latchkey/client/urql';
import { persistedExchange } from '@urql/exchange-persisted';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { Client, fetchExchange } from 'urql';
import { startServer } from '../../../web/test/server.mjs';
import { compile, open } from '../project.mjs';

const password = 'correct horse battery';
const me = '{ me { username } }';

test('the TypeScript of the guide', { timeout: 240_000 }, async (t) => {
  const { origin } = await startServer(t);
  const url = `${origin}/graphql`;
  const project = await compile(t);
  let token;
  const storage = { get: () => token, set: (next) => void (token = next) };
  Object.assign(globalThis, { browser: storage });
  t.after(() => delete globalThis.browser);
  const reload = () => open(project, origin);

  const page = await reload();
  const { session } = await page('session');
  const { ask } = await page('fetch');
  await session.signUp({ username: 'ada', email: 'ada@example.org', password });

  /** Takes an access token back. */
  const revoke = async (token) => ask(url, 'mutation ($token: String!) { revokeToken(token: $token) { revoked } }', { token });

  const clients = {
    fetch: async () => ask(url, me),
    Apollo: async () => (await (await page('apollo')).client.query({ query: gql(me), fetchPolicy: 'network-only' })).data,
    urql: async () => {
      const { data, error } = await (await page('urql')).connect().query(me, {}).toPromise();
      assert.ifError(error);
      return data;
    },
    Relay: async () => {
      const request = { name: null, text: me, operationKind: 'query', metadata: {}, id: null };
      return (await (await page('relay')).connect().getNetwork().execute(request, {}, {}).toPromise()).data;
    },
  };
  for (const [name, run] of Object.entries(clients)) {
    await t.test(`${name} asks as whoever is signed in, also when the token is refused`, async () => {
      assert.equal((await run()).me.username, 'ada');
      await revoke(await session.getAccessToken());
      assert.equal((await run()).me.username, 'ada');
    });
  }

  for (const [name, connect] of Object.entries(persisted)) {
    await t.test(`${name} sends hashes, with the next token too`, async () => {
      const sent = [];
      const run = connect(session, url, (input, init) => {
        sent.push(JSON.parse(init.body).query ? 'document' : 'hash');
        return fetch(input, init);
      });
      assert.equal((await run(me)).me.username, 'ada');
      sent.length = 0;
      await revoke(await session.getAccessToken());
      assert.equal((await run(me)).me.username, 'ada');
      assert.deepEqual(sent, ['hash', 'hash']);
    });
  }

  await t.test('a first query with Apollo, while it is not known who is signed in, gets its answer', async () => {
    const page = await reload();
    const { client } = await page('apollo');
    const { session } = await page('session');
    assert.equal(session.state, 'loading');
    assert.equal((await client.query({ query: gql(me) })).data.me.username, 'ada');
  });

  await t.test("another user with Apollo finds nothing of the first one's", async () => {
    const page = await reload();
    const { client } = await page('apollo');
    const { session } = await page('session');
    await client.query({ query: gql(me) });
    await session.signUp({ username: 'grace', password });
    await turn();
    assert.deepEqual(client.extract(), {});
    assert.equal((await client.query({ query: gql(me) })).data.me.username, 'grace');
  });

  await t.test('urql is there for what is inside of Data', async () => {
    const { Data } = await page('urql');
    assert.equal(renderToString(createElement(Data, null, 'inside')), 'inside');
  });

  await t.test('errors are told in words', async () => {
    const { problem } = await page('problem');
    const told = (promise) => promise.then(() => assert.fail('no error'), problem);
    assert.match(await told(session.signIn({ identifier: 'ada', password: 'wrong' })), /^The e-mail address or the password is wrong/);
    assert.match(await told(session.signUp({ email: 'ada@example.org', password })), /^There is an account with this e-mail address/);
    assert.match(await told(ask('http://localhost:1/graphql', me)), /^The server can’t be reached/);
    assert.match(await told(ask(url, 'mutation { updateUser(input: {role: ADMIN}) { user { id } } }')), /^This is not yours/);
  });

  await t.test('a new password goes on with the session that it opens', async () => {
    await session.signIn({ identifier: 'ada', password });
    const { changePassword } = await page('password');
    await changePassword(password, 'battery staple horse');
    assert.equal((await ask(url, '{ me { sessions { current } } }')).me.sessions.length, 1);
    await changePassword('battery staple horse', password);
    await session.replace(await session.getAccessToken());
    assert.equal(session.state, 'in');
  });

  await t.test('a server that renders pages says what is right for everybody', async () => {
    const { Header } = await page('header');
    assert.equal(renderToString(createElement(Header)), '<header aria-busy="true"></header>');
  });

  await t.test('a mobile app that is started again is still signed in', async () => {
    const { session } = await (await reload())('mobile');
    await session.signIn({ identifier: 'ada', password });
    const again = (await (await reload())('mobile')).session;
    assert.ok(await again.getAccessToken());
    assert.equal(again.userId, session.userId);
    await again.signOut();
    assert.equal(await (await (await reload())('mobile')).session.getAccessToken(), null);
  });

  await t.test('without the package there is one refresh for all requests, and then the answers', async (t) => {
    const bare = await page('bare');
    await assert.rejects(bare.logIn('ada', 'wrong'), ({ errors }) => errors[0].extensions.code == 'INVALID_CREDENTIALS');
    const { fetch } = globalThis;
    t.after(() => Object.assign(globalThis, { fetch }));
    const sent = [];
    globalThis.fetch = (url, init) => {
      if (init) sent.push(init); // what @latchkey/client sends is a Request
      return fetch(url, init);
    };
    await bare.logIn('ada', password);
    await bare.ask(me);
    await revoke(sent.at(-1).headers.Authorization.slice('Bearer '.length));
    const answers = await Promise.all(Array.from({ length: 10 }, () => bare.ask(me)));
    for (const answer of answers) assert.equal(answer.me.username, 'ada');
    assert.equal(sent.filter(({ body }) => body.includes('refreshToken(')).length, 1);
    await assert.rejects(bare.ask('{ nonsense }'), ({ errors }) => errors[0].extensions.code == 'GRAPHQL_VALIDATION_FAILED');
  });
});

/** Clients that send hashes, put together in the order that the guide gives. */
const persisted = {
  Apollo(session, uri, fetch) {
    const sha256 = (text) => createHash('sha256').update(text).digest('hex');
    const link = latchkeyLink(session).concat(new PersistedQueryLink({ sha256 })).concat(new HttpLink({ uri, fetch }));
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    return async (text) => (await client.query({ query: gql(text), fetchPolicy: 'network-only' })).data;
  },
  urql(session, url, fetch) {
    const exchanges = [latchkeyExchange(session), persistedExchange({ preferGetForPersistedQueries: false }), fetchExchange];
    const client = new Client({ url, fetch, exchanges, preferGetMethod: false });
    return async (text) => (await client.query(text, {}).toPromise()).data;
  },
};
