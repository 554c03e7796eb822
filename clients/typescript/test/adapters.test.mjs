// The adapters with the clients they are for: each tells one story to the server of LATCHKEY_BIN, and each is held to what may be replayed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Client, fetchExchange } from '@urql/core';
import { latchkeyLink } from '@latchkey/client/apollo';
import { latchkeyFetch } from '@latchkey/client/relay';
import { latchkeyExchange } from '@latchkey/client/urql';
import { createSession, errorCode } from '@latchkey/client';
import { authorizedFetch } from '../dist/fetch.js';
import { Network } from 'relay-runtime';
import { startServer } from '../../../web/test/server.mjs';

/** Each returns a function that runs a document and returns its data, or throws the client's own error. */
const clients = {
  Apollo: (session, uri) => {
    const client = new ApolloClient({ cache: new InMemoryCache(), link: ApolloLink.from([latchkeyLink(session), new HttpLink({ uri })]) });
    return async (text, variables) => {
      const document = gql(text);
      const { data } = await (isMutation(text)
        ? client.mutate({ mutation: document, variables })
        : client.query({ query: document, variables, fetchPolicy: 'network-only' }));
      return data;
    };
  },
  urql: (session, url) => {
    const client = new Client({ url, exchanges: [latchkeyExchange(session), fetchExchange], preferGetMethod: false });
    return async (text, variables) => {
      const { data, error } = await (isMutation(text) ? client.mutation(text, variables) : client.query(text, variables)).toPromise();
      if (error) throw error;
      return data;
    };
  },
  Relay: (session, url) => {
    // Without its compiler Relay has no operations; its network is all that there is to adapt.
    const network = Network.create(latchkeyFetch(session, url));
    return async (text, variables = {}) => {
      const params = { name: null, text, operationKind: isMutation(text) ? 'mutation' : 'query', metadata: {}, id: null };
      const answer = await network.execute(params, variables, {}).toPromise();
      if (answer.errors) throw answer;
      return answer.data;
    };
  },
  fetch: (session, url) => async (query, variables) => {
    const response = await session.fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const answer = await response.json();
    if (answer.errors) throw answer;
    return answer.data;
  },
};

const isMutation = (text) => text.startsWith('mutation');
const fails = (promise, code) => assert.rejects(promise, (error) => assert.equal(errorCode(error), code) ?? true);

test('the story of an account', { timeout: 120_000 }, async (t) => {
  const { origin } = await startServer(t);
  const url = `${origin}/graphql`;
  for (const [name, make] of Object.entries(clients)) {
    await t.test(name, async () => {
      const session = createSession({ url });
      const run = make(session, url);
      await fails(run('{ me { id } }'), 'UNAUTHENTICATED');

      await session.signUp({ username: name, password: 'correct horse battery' });
      const { me } = await run('{ me { id username } }');
      assert.deepEqual({ id: me.id, username: me.username }, { id: session.userId, username: name.toLowerCase() });

      // The token is taken back; neither a query nor a mutation fails by that.
      for (const [text, variables] of [
        ['{ me { id } }'],
        ['mutation ($name: String) { updateUser(input: {name: $name}) { user { id name } } }', { name: 'Ada' }],
      ]) {
        const token = await session.getAccessToken();
        await fetch(url, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ query: 'mutation ($token: String!) { revokeToken(token: $token) { revoked } }', variables: { token } }),
        });
        await run(text, variables);
        assert.notEqual(await session.getAccessToken(), token);
      }

      await fails(run('mutation { updateUser(input: {email: "nonsense", currentPassword: "correct horse battery"}) { user { id } } }'), 'BAD_USER_INPUT');
      await fails(run('{ nonsense }'), 'GRAPHQL_VALIDATION_FAILED');

      // A new password: the session goes on.
      const { updateUser } = await run(
        'mutation ($input: UpdateUserInput!) { updateUser(input: $input) { auth { accessToken refreshToken expiresIn user { id } } } }',
        { input: { currentPassword: 'correct horse battery', newPassword: 'battery staple horse' } },
      );
      await session.adopt(updateUser.auth);
      await session.replace(await session.getAccessToken());
      assert.equal((await run('{ me { id } }')).me.id, session.userId);

      // The session is ended from elsewhere.
      const elsewhere = createSession({ url });
      await elsewhere.signIn({ identifier: name, password: 'battery staple horse' });
      await elsewhere.signOut('ALL');
      await fails(run('{ me { id } }'), 'UNAUTHENTICATED');
      assert.equal(session.state, 'out');
    });
  }
});

const refused = (path, data) => () => Response.json({ data, errors: [{ message: 'no', path, extensions: { code: 'UNAUTHENTICATED' } }] });
const unauthorized = (body, type) => () => new Response(body, { status: 401, headers: { 'Content-Type': type } });
const done = () => Response.json({ data: { a: null } });

test('what a refusal is answered with', async (t) => {
  for (const [name, make] of Object.entries(clients)) {
    for (const [what, text, answer, sends, next = done] of [
      ['a query is sent again', '{ a { b } }', refused(['a', 'b'], { a: { b: null } }), 2],
      ['a mutation that was refused as a whole is', 'mutation { a }', refused(undefined, undefined), 2],
      ['a mutation whose one field was refused is', 'mutation { a }', refused(['a'], null), 2],
      ['a mutation that did its work is not', 'mutation { a { b } }', refused(['a', 'b'], null), 1],
      ['a mutation of several fields is not', 'mutation { a b }', refused(['b'], null), 1],
      ['status 401 is a refusal', 'mutation { a b }', unauthorized('no', 'text/plain'), 2],
      ['status 401 is one whatever it says', 'mutation { a b }', unauthorized('{"errors":[{"message":"expired"}]}', 'application/json'), 2],
      ['so it is from GraphQL', 'mutation { a b }', unauthorized('{"errors":[{"message":"expired"}]}', 'application/graphql-response+json'), 2],
      ['what stays refused is sent twice', '{ a }', refused(['a'], { a: null }), 2, refused(['a'], { a: null })],
      ['what is refused in two ways is too', '{ a }', refused(['a'], { a: null }), 2, unauthorized('no', 'text/plain')],
      ['and the other way round', '{ a }', unauthorized('no', 'text/plain'), 2, refused(['a'], { a: null })],
    ]) {
      await t.test(`${name}: ${what}`, async (t) => {
        const tokens = [];
        const { fetch } = globalThis;
        t.after(() => Object.assign(globalThis, { fetch }));
        globalThis.fetch = async (input, init) => {
          tokens.push(new Request(input, init).headers.get('Authorization'));
          return tokens.length > 4 ? done() : tokens.length > 1 ? next() : answer();
        };
        let token = 'one';
        const replaced = [];
        const session = {
          userId: 'ada',
          getAccessToken: async () => token,
          replace: async (refused) => (replaced.push(refused), (token = 'two')),
          fetch: (input, init) => authorizedFetch(session, '', input, init),
        };
        await make(session, 'http://localhost:4000/graphql')(text).catch(() => {});
        assert.deepEqual(tokens, ['Bearer one', 'Bearer two'].slice(0, sends));
        assert.deepEqual(replaced, ['one']);
      });
    }
  }
});

test('what is no refusal is answered with nothing', async (t) => {
  for (const [name, make] of Object.entries(clients)) {
    for (const [what, answer] of [
      ['status 403', () => new Response('no', { status: 403 })],
      ['status 500', () => Response.json({ message: 'no' }, { status: 500 })],
      ['another code', () => Response.json({ data: { a: null }, errors: [{ message: 'no', path: ['a'], extensions: { code: 'FORBIDDEN' } }] })],
    ]) {
      await t.test(`${name}: ${what}`, async (t) => {
        let sent = 0;
        const { fetch } = globalThis;
        t.after(() => Object.assign(globalThis, { fetch }));
        globalThis.fetch = async () => (sent++, answer());
        const replaced = [];
        const session = {
          userId: 'ada',
          getAccessToken: async () => 'one',
          replace: async (refused) => (replaced.push(refused), 'two'),
          fetch: (input, init) => authorizedFetch(session, '', input, init),
        };
        await make(session, 'http://localhost:4000/graphql')('{ a }').catch(() => {});
        assert.deepEqual([sent, replaced], [1, []]);
      });
    }
  }
});

test('headers of the app go along, in whatever form they are', async (t) => {
  const own = { 'X-Mine': '1', Authorization: 'Basic mine' };
  const url = 'http://localhost:4000/graphql';
  const urql = (fetchOptions) => (session) => new Client({ url, exchanges: [latchkeyExchange(session), fetchExchange], preferGetMethod: false, fetchOptions }).query('{ a }', {}).toPromise();
  for (const [what, send] of Object.entries({
    'Apollo, an object': (session) =>
      new ApolloClient({ cache: new InMemoryCache(), link: ApolloLink.from([latchkeyLink(session), new HttpLink({ uri: url })]) }).query({ query: gql('{ a }'), context: { headers: own } }),
    'urql, an object': urql({ headers: own }),
    'urql, a list': urql({ headers: Object.entries(own) }),
    'urql, Headers': urql({ headers: new Headers(own) }),
    'urql, a function': urql(() => ({ headers: own })),
    'fetch, Headers': (session) => session.fetch(url, { headers: new Headers(own) }),
  })) {
    await t.test(what, async (t) => {
      const { fetch } = globalThis;
      t.after(() => Object.assign(globalThis, { fetch }));
      const seen = [];
      globalThis.fetch = async (input, init) => {
        const { headers } = new Request(input, init);
        seen.push(headers.get('X-Mine'), headers.get('Authorization'));
        return done();
      };
      const session = { userId: 'ada', getAccessToken: async () => 'one', fetch: (input, init) => authorizedFetch(session, '', input, init) };
      await send(session);
      assert.deepEqual(seen, ['1', 'Bearer one']);
    });
  }
});

test('an operation of one user is neither sent nor sent again for another', async (t) => {
  for (const [name, make] of Object.entries(clients)) {
    for (const [when, change, want] of [
      ['before it is sent', 'getAccessToken', [null]],
      ['before it is sent again', 'replace', ['Bearer one']],
    ]) {
      await t.test(`${name}: grace signs in ${when}`, async (t) => {
        const tokens = [];
        const { fetch } = globalThis;
        t.after(() => Object.assign(globalThis, { fetch }));
        globalThis.fetch = async (input, init) => {
          tokens.push(new Request(input, init).headers.get('Authorization'));
          return refused()();
        };
        const session = {
          userId: 'ada',
          getAccessToken: async () => 'one',
          replace: async () => 'two',
          fetch: (input, init) => authorizedFetch(session, '', input, init),
        };
        const { [change]: answer } = session;
        session[change] = async () => ((session.userId = 'grace'), answer());
        await assert.rejects(make(session, 'http://localhost:4000/graphql')('mutation { a }'));
        assert.deepEqual(tokens, want);
      });
    }
  }
});

test('an operation without a token is refused, and that is that', async (t) => {
  for (const [name, make] of Object.entries(clients)) {
    for (const answer of [refused(['a'], { a: null }), unauthorized('no', 'text/plain')]) {
      await t.test(`${name}: status ${answer().status}`, async (t) => {
        let sent = 0;
        const { fetch } = globalThis;
        t.after(() => Object.assign(globalThis, { fetch }));
        globalThis.fetch = async (input, init) => {
          assert.equal(new Request(input, init).headers.get('Authorization'), null);
          sent++;
          return answer();
        };
        const session = {
          userId: null,
          getAccessToken: async () => null,
          replace: () => assert.fail('replaced'),
          fetch: (input, init) => authorizedFetch(session, '', input, init),
        };
        await assert.rejects(make(session, 'http://localhost:4000/graphql')('{ a }'), ({ message }) => message != 'replaced');
        assert.equal(sent, 1);
      });
    }
  }
});

test('a server that is away fails the operation, and nothing is sent without the token', async (t) => {
  for (const [name, make] of Object.entries(clients)) {
    await t.test(name, async (t) => {
      const { fetch } = globalThis;
      t.after(() => Object.assign(globalThis, { fetch }));
      globalThis.fetch = () => assert.fail('sent');
      const session = {
        userId: 'ada',
        getAccessToken: () => Promise.reject(new TypeError('fetch failed')),
        fetch: (input, init) => authorizedFetch(session, '', input, init),
      };
      await assert.rejects(make(session, 'http://localhost:4000/graphql')('{ a }'), /fetch failed/);
    });
  }
});
