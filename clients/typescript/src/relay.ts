import type { FetchFunction } from 'relay-runtime';
import type { Session } from './types.js';

/** A fetch function for Relay's Network: operations go to this URL, with the session's access token. */
export const latchkeyFetch =
  (session: Session, url: string): FetchFunction =>
  async ({ name, text }, variables) => {
    const response = await session.fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json, application/json' },
      body: JSON.stringify({ operationName: name, query: text, variables }),
    });
    return response.json();
  };
