import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { Client, fetchExchange } from '@urql/core';
import { Network } from 'relay-runtime';
import { createSession, type Snapshot } from '@latchkey/client';
import { latchkeyLink } from '@latchkey/client/apollo';
import { useSession } from '@latchkey/client/react';
import { latchkeyFetch } from '@latchkey/client/relay';
import { latchkeyExchange } from '@latchkey/client/urql';

const url = 'https://api.example.org/graphql';
const session = createSession({ url: 'https://id.example.org/graphql' });
export const apollo = new ApolloClient({ cache: new InMemoryCache(), link: ApolloLink.from([latchkeyLink(session), new HttpLink({ uri: url })]) });
export const urql = new Client({ url, exchanges: [latchkeyExchange(session), fetchExchange], preferGetMethod: false });
export const relay = Network.create(latchkeyFetch(session, url));
export const useMe = (): Snapshot => useSession(session);
