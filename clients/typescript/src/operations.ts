import { LatchkeyError } from './errors.js';
import type { AuthPayload } from './types.js';
import { limit } from './timers.js';

const auth = '{ accessToken refreshToken expiresIn user { id } }';
export const signup = `mutation signup($input: SignupInput!) { result: signup(input: $input) ${auth} }`;
export const login = `mutation login($input: LoginInput!) { result: login(input: $input) ${auth} }`;
export const refreshToken = `mutation refreshToken($token: String) { result: refreshToken(token: $token) ${auth} }`;
export const logout = `mutation logout($scope: LogoutScope!) { result: logout(scope: $scope) { endedSessionIds } }`;

/** Longer than Latchkey takes for any operation, in ms. */
const longest = 15_000;

/** Sends one of the operations above. Throws a LatchkeyError if it is refused, and what `fetch` throws if there is no answer. */
export async function send(
  url: string, cookie: boolean, query: string, variables: object, fetch: typeof globalThis.fetch = globalThis.fetch, controller?: AbortController,
): Promise<AuthPayload> {
  const response = await fetch(url, {
    method: 'POST',
    credentials: cookie ? 'include' : 'same-origin',
    headers: { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json, application/json' },
    body: JSON.stringify({ query, variables }),
    signal: limit(longest, controller),
  });
  const { data, errors } = await response.json();
  if (errors) throw new LatchkeyError(errors);
  return data.result;
}
