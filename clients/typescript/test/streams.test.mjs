// The adapters where answers come in parts and callers go away: what is let go, what is sent again, and what nobody hears of.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApolloLink, gql } from '@apollo/client';
import { Client, createRequest, makeOperation } from '@urql/core';
import { Observable, retry } from 'rxjs';
import { filter, make, makeSubject, merge, mergeMap, pipe, subscribe, takeUntil } from 'wonka';
import { latchkeyLink } from '@latchkey/client/apollo';
import { latchkeyExchange } from '@latchkey/client/urql';
import { quiet } from './browser.mjs';

const document = gql('{ a }');
const refused = [{ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }];

const tokenIn = ({ context }) => new Headers(context.fetchOptions?.headers).get('Authorization');

/** A session whose first token is refused, and what replaces it once that is let go. */
function refusedSession() {
  let token = 'one';
  let next;
  const replaced = new Promise((resolve) => (next = (value) => resolve((token = value))));
  return { session: { userId: 'ada', getAccessToken: async () => token, replace: () => replaced }, next };
}

/** Sends one operation through the link or the exchange. `server` is called with the token and what takes the parts of an answer. */
const clients = {
  Apollo(session, server) {
    const open = new Set();
    const http = new ApolloLink(
      (operation) =>
        new Observable((observer) => {
          const token = operation.getContext().headers?.authorization;
          open.add(token);
          server(token, ({ data, errors }) => observer.next({ data, errors }), () => observer.complete());
          return () => open.delete(token);
        }),
    );
    const heard = [];
    const link = ApolloLink.from([latchkeyLink(session), http]);
    const sent = ApolloLink.execute(link, { query: document }, { client: {} }).subscribe({
      next: ({ data, errors }) => heard.push(data ?? errors[0].message),
      error: (error) => heard.push(error.message),
    });
    return { heard, open, leave: () => sent.unsubscribe() };
  },
  urql(session, server) {
    const open = new Set();
    const http = () => (operations$) =>
      pipe(
        operations$,
        filter(({ kind }) => kind != 'teardown'),
        mergeMap((operation) =>
          pipe(
            make(({ next, complete }) => {
              const token = tokenIn(operation);
              open.add(token);
              const done = () => {
                open.delete(token);
                complete();
              };
              const result = ({ data, errors, hasNext = false }) => ({ operation, data, error: errors && { graphQLErrors: errors, message: errors[0].message }, hasNext });
              queueMicrotask(() => server(token, (part) => next(result(part)), done));
              return () => open.delete(token);
            }),
            takeUntil(pipe(operations$, filter(({ kind, key }) => kind == 'teardown' && key == operation.key))),
          ),
        ),
      );
    const client = new Client({ url: 'http://localhost:4000/graphql', exchanges: [latchkeyExchange(session), http], preferGetMethod: false });
    const heard = [];
    const { unsubscribe } = pipe(client.executeQuery(createRequest(document, {})), subscribe(({ data, error, hasNext }) => heard.push(data ?? error.message, ...(hasNext ? ['...'] : []))));
    return { heard, open, leave: unsubscribe };
  },
};

for (const [name, send] of Object.entries(clients)) {
  test(`${name}: the rest of an answer that was refused is let go when the operation is sent again`, async () => {
    const { session, next } = refusedSession();
    let late;
    const { heard, open } = send(session, (token, part, complete) => {
      if (token == 'Bearer one') {
        part({ errors: refused, hasNext: true });
        late = () => part({ data: 'of the first', errors: refused, hasNext: true });
      } else {
        part({ data: 'of the second' });
        complete();
      }
    });
    await quiet();
    late();
    next('two');
    await quiet();
    late();
    await quiet();
    assert.deepEqual(heard, ['of the second']);
    assert.deepEqual([...open], []);
  });

  test(`${name}: an answer that is refused for good comes to an end`, async () => {
    const { session, next } = refusedSession();
    const { heard } = send(session, (token, part, complete) => {
      part({ errors: refused, hasNext: true });
      if (name == 'Apollo') complete();
    });
    next(null);
    await quiet();
    assert.deepEqual(heard, ['no']);
  });

  test(`${name}: who has gone gets nothing sent again`, async () => {
    const { session, next } = refusedSession();
    const tokens = [];
    const { heard, leave } = send(session, (token, part, complete) => {
      tokens.push(token);
      part({ errors: refused });
      complete();
    });
    await quiet();
    leave();
    next('two');
    await quiet();
    assert.deepEqual([tokens, heard], [['Bearer one'], []]);
  });

  test(`${name}: who has gone has no request any more`, async () => {
    const { heard, open, leave } = send({ userId: 'ada', getAccessToken: async () => 'one' }, (token, part) => part({ data: 'the first', hasNext: true }));
    await quiet();
    assert.deepEqual([...open], ['Bearer one']);
    leave();
    assert.deepEqual([...open], []);
    assert.equal(heard[0], 'the first');
  });

  test(`${name}: who has gone before there is a token has nothing sent, and no failure to hear of`, async () => {
    let settle;
    for (const end of ['resolve', 'reject']) {
      const session = { userId: 'ada', getAccessToken: () => new Promise((resolve, reject) => (settle = { resolve, reject })) };
      const { heard, leave } = send(session, () => assert.fail('sent'));
      await quiet();
      leave();
      settle[end](end == 'resolve' ? 'one' : new TypeError('fetch failed'));
      await quiet();
      assert.deepEqual(heard, []);
    }
  });
}

test('Apollo: a link that subscribes again gets the token of then', async () => {
  const tokens = ['one', 'two'];
  const sent = [];
  const session = { userId: 'ada', getAccessToken: async () => tokens.shift() };
  const http = new ApolloLink((operation) => {
    sent.push(operation.getContext().headers.authorization);
    return new Observable((observer) => (sent.length == 1 ? observer.error(new TypeError('fetch failed')) : observer.complete()));
  });
  const again = new ApolloLink((operation, forward) => forward(operation).pipe(retry(1)));
  ApolloLink.execute(ApolloLink.from([again, latchkeyLink(session), http]), { query: document }, { client: {} }).subscribe();
  await quiet();
  assert.deepEqual(sent, ['Bearer one', 'Bearer two']);
});

test('urql: an operation that an exchange before sends once more can be refused once more', async () => {
  let made = 0;
  const session = { userId: 'ada', getAccessToken: async () => `${++made}`, replace: async () => 'next' };
  const tokens = [];
  const http = () => (operations$) =>
    pipe(
      operations$,
      filter(({ kind }) => kind != 'teardown'),
      mergeMap((operation) =>
        make(({ next, complete }) => {
          tokens.push(tokenIn(operation));
          const error = { 1: { graphQLErrors: refused }, 2: { networkError: new Error('lost') }, 3: { graphQLErrors: refused } }[tokens.length];
          queueMicrotask(() => {
            next({ operation, error, data: error ? undefined : 'done', hasNext: false });
            complete();
          });
          return () => {};
        }),
      ),
    );
  /** As @urql/exchange-retry does it: with the operation of the result. */
  const again = ({ forward }) => (operations$) => {
    const { source, next } = makeSubject();
    return pipe(
      forward(merge([operations$, source])),
      filter(({ operation, error }) => !error?.networkError || void next(makeOperation(operation.kind, operation))),
    );
  };
  const client = new Client({ url: 'http://localhost:4000/graphql', exchanges: [again, latchkeyExchange(session), http], preferGetMethod: false });
  const { data } = await client.query(document, {}).toPromise();
  assert.equal(data, 'done');
  assert.deepEqual(tokens, ['Bearer 1', 'Bearer 2', 'Bearer 3', 'Bearer 4']);
});
