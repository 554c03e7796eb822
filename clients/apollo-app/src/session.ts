import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { createSession } from '@latchkey/client';
import { latchkeyLink } from '@latchkey/client/apollo';
import { say } from './notice';

const latchkeyUrl = import.meta.env.VITE_LATCHKEY_URL ?? 'http://localhost:8080/graphql';
const workItemsUrl = import.meta.env.VITE_WORK_ITEMS_URL ?? 'http://localhost:8081/graphql';

export const session = createSession({ url: latchkeyUrl, delivery: 'COOKIE' });

/** For what Latchkey knows: accounts and sessions. A password change puts a new refresh token into the cookie, hence `include`. */
export const latchkey = new ApolloClient({
  link: latchkeyLink(session).concat(new HttpLink({ uri: latchkeyUrl, credentials: 'include' })),
  cache: new InMemoryCache({ typePolicies: { Query: { fields: { users: relayStylePagination(['filter']) } } } }),
});

/** For the app's own data. Their service takes Latchkey's access tokens. */
export const workItems = new ApolloClient({
  link: latchkeyLink(session).concat(new HttpLink({ uri: workItemsUrl })),
  cache: new InMemoryCache({ typePolicies: { Query: { fields: { workItems: relayStylePagination() } } } }),
});

const endedElsewhere = 'Your session has ended: you were signed out in another tab or from another device, or away for too long.';
let farewell = endedElsewhere;

session.subscribe((now, before) => {
  // What one user has seen is not for the next one. Not while loading: that would break off the first queries.
  if (before.state !== 'loading' && now.userId !== before.userId) {
    void latchkey.clearStore();
    void workItems.clearStore();
  }
  say(before.state === 'in' && now.state === 'out' ? farewell : '');
});

/** Ends the session because the user wants to: no surprise, so other words. */
export async function leave(words: string, end: () => Promise<void>) {
  farewell = words;
  try {
    await end();
  } finally {
    farewell = endedElsewhere;
  }
}
