// Automatic persisted queries, with the clients that speak them.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { startServer } from '../../../web/test/server.mjs';

const signUp = gql`
  mutation SignUp($input: SignupInput!) {
    signup(input: $input) {
      accessToken
      user {
        id
      }
    }
  }
`;
const find = gql`
  query Find($id: ID!) {
    node(id: $id) {
      id
    }
  }
`;

for (const [name, connect] of Object.entries({ 'Apollo Client': apollo, urql })) {
  test(`${name} sends a document once, and then its hash`, { timeout: 60_000 }, async (t) => {
    const { origin } = await startServer(t);
    const first = connect(`${origin}/graphql`);
    const ada = await first.mutate(signUp, { input: { username: 'ada', password: 'correct horse' } });
    const token = ada.signup.accessToken;
    assert.deepEqual(await first.query(find, { id: ada.signup.user.id }, token), { node: ada.signup.user });

    const second = connect(`${origin}/graphql`);
    const bob = await second.mutate(signUp, { input: { username: 'bob', password: 'correct horse' } });
    assert.equal((await second.query(find, { id: bob.signup.user.id }, bob.signup.accessToken)).node.id, bob.signup.user.id);

    assert.equal(first.sent.filter((what) => what.endsWith('document')).length, 2, first.sent.join());
    assert.deepEqual(second.sent, ['POST hash', 'GET hash']);
  });
}

/** A fetch that notes what it sends. */
function noting(sent) {
  return (url, options) => {
    const { method } = options;
    const query = method === 'GET' ? new URL(url).searchParams.get('query') : JSON.parse(options.body).query;
    sent.push(`${method} ${query ? 'document' : 'hash'}`);
    return fetch(url, options);
  };
}

function apollo(uri) {
  const sent = [];
  const sha256 = (text) => createHash('sha256').update(text).digest('hex');
  const link = new PersistedQueryLink({ sha256, useGETForHashedQueries: true }).concat(new HttpLink({ uri, fetch: noting(sent) }));
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  return {
    sent,
    mutate: async (mutation, variables) => (await client.mutate({ mutation, variables })).data,
    query: async (query, variables, token) =>
      (await client.query({ query, variables, context: { headers: { authorization: `Bearer ${token}` } } })).data,
  };
}

function urql(url) {
  const sent = [];
  const exchanges = [persistedExchange({ preferGetForPersistedQueries: true, enableForMutation: true }), fetchExchange];
  const client = new Client({ url, exchanges, fetch: noting(sent) });
  return {
    sent,
    mutate: async (mutation, variables) => (await client.mutation(mutation, variables)).data,
    query: async (query, variables, token) =>
      (await client.query(query, variables, { fetchOptions: { headers: { authorization: `Bearer ${token}` } } })).data,
  };
}
