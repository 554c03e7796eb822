import * as session from './session.js';

/** Runs an operation for GraphiQL, with the held token and with the headers typed into the headers pane, which win. */
export async function fetcher({ query, operationName, variables }, { headers: typed } = {}) {
  const held = session.current();
  const headers = new Headers({
    Accept: 'application/graphql-response+json, application/json',
    'Content-Type': 'application/json',
  });
  if (held) headers.set('Authorization', `Bearer ${held.token}`);
  for (const [name, value] of Object.entries(typed ?? {})) headers.set(name, value);

  // Spares copying the tokens from one tab to another to validate and to refresh.
  if (held && variables?.token === '') variables = { ...variables, token: held.token };
  if (held?.refreshToken && variables?.refreshToken === '') variables = { ...variables, refreshToken: held.refreshToken };

  const response = await fetch('graphql', {
    method: 'POST',
    headers,
    body: JSON.stringify({ query, operationName, variables }),
  });
  const answer = await response.json();

  const issued = findSession(answer.data);
  const refusal = answer.errors?.find((error) => error.extensions?.code === 'UNAUTHENTICATED');
  if (issued) {
    session.set(issued);
  } else if (refusal && held && held === session.current() && headers.get('Authorization') === `Bearer ${held.token}`) {
    session.set({ ...held, refused: refusal.extensions.reason });
  }
  return answer;
}

/** Searches all of the answer, because aliases can put an AuthPayload under any name. */
function findSession(data) {
  if (data === null || typeof data !== 'object') return null;
  if (typeof data.accessToken === 'string') {
    const { accessToken, refreshToken, user } = data;
    return { token: accessToken, refreshToken: refreshToken ?? undefined, owner: user?.name ?? user?.username ?? user?.email };
  }
  for (const value of Object.values(data)) {
    const found = findSession(value);
    if (found) return found;
  }
  return null;
}
