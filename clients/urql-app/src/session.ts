import { createSession } from '@latchkey/client';
import { latchkeyExchange } from '@latchkey/client/urql';
import { cacheExchange, Client, fetchExchange } from 'urql';

const url = import.meta.env.VITE_LATCHKEY_URL ?? 'http://localhost:8080/graphql';

export const session = createSession({ url, delivery: 'COOKIE' });

/** For one user: what it has in its cache is not for the next one. */
export const createClient = () =>
  new Client({ url, exchanges: [cacheExchange, latchkeyExchange(session), fetchExchange], preferGetMethod: false });
