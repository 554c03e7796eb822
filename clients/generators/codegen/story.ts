// The story of an account, with what graphql-codegen generates and fetch.
import assert from 'node:assert/strict';
import { getFragmentData, graphql } from './generated';
import type { TokenProblem, TypedDocumentString } from './generated/graphql';

const Account = graphql(`
  fragment Account on User {
    id
    email
    username
    name
    role
    createdAt
  }
`);

const SignUp = graphql(`
  mutation SignUp($input: SignupInput!) {
    signup(input: $input) {
      accessToken
      refreshToken
      user {
        ...Account
      }
    }
  }
`);

const Me = graphql(`
  query Me {
    me {
      ...Account
    }
  }
`);

const Sessions = graphql(`
  query Sessions {
    me {
      sessions {
        id
        current
        expiresAt
      }
    }
  }
`);

const Update = graphql(`
  mutation Update($input: UpdateUserInput!) {
    updateUser(input: $input) {
      user {
        ...Account
      }
    }
  }
`);

const Refresh = graphql(`
  mutation Refresh($token: String) {
    refreshToken(token: $token) {
      accessToken
      refreshToken
    }
  }
`);

const LogOut = graphql(`
  mutation LogOut($scope: LogoutScope!) {
    logout(scope: $scope) {
      endedSessionIds
    }
  }
`);

const Validate = graphql(`
  query Validate($token: String!) {
    validateToken(token: $token) {
      active
      reason
      userId
    }
  }
`);

const Everyone = graphql(`
  query Everyone($first: Int, $filter: UserFilter) {
    users(first: $first, filter: $filter) {
      nodes {
        ...Account
      }
      totalCount
    }
  }
`);

export async function story(origin: string) {
  const signedUp = await execute(origin, null, SignUp, {
    input: { email: 'Ada@example.org', username: 'ada', password: 'correct horse', delivery: 'BODY' },
  });
  assert(signedUp.data);
  const { accessToken, refreshToken, user } = signedUp.data.signup;
  const ada = getFragmentData(Account, user);
  assert.equal(ada.email, 'ada@example.org');
  assert.equal(new Date(ada.createdAt).toISOString(), ada.createdAt);
  assert.deepEqual(await me(origin, accessToken), ada);

  // What an input leaves out stays as it is; null clears it.
  for (const name of ['Ada Lovelace', null]) {
    const { data } = await execute(origin, accessToken, Update, { input: { name } });
    assert.deepEqual(getFragmentData(Account, data?.updateUser.user), { ...ada, name });
  }

  const seen = await execute(origin, accessToken, Sessions);
  const [session, ...others] = seen.data?.me?.sessions ?? [];
  assert(session?.current && session.expiresAt > ada.createdAt);
  assert.deepEqual(others, []);

  const refreshed = await execute(origin, null, Refresh, { token: refreshToken });
  assert(refreshed.data);
  const next = refreshed.data.refreshToken;
  assert.notEqual(next.refreshToken, refreshToken);
  assert.deepEqual(await me(origin, next.accessToken), ada);

  const taken = await execute(origin, null, SignUp, { input: { username: 'ADA', password: 'correct horse' } });
  assert.deepEqual(taken, { data: null, errors: [{ code: 'USERNAME_TAKEN', field: 'input.username' }] });
  const forbidden = await execute(origin, next.accessToken, Everyone, { first: 5, filter: { role: 'ADMIN' } });
  assert.deepEqual(forbidden, { data: { users: null }, errors: [{ code: 'FORBIDDEN' }] });

  const loggedOut = await execute(origin, next.accessToken, LogOut, { scope: 'ALL' });
  assert.deepEqual(loggedOut.data?.logout.endedSessionIds, [session.id]);
  const reason: TokenProblem = 'REVOKED';
  const refused = await execute(origin, next.accessToken, Me);
  assert.deepEqual(refused, { data: { me: null }, errors: [{ code: 'UNAUTHENTICATED', reason }] });
  const validated = await execute(origin, null, Validate, { token: next.accessToken });
  assert.deepEqual(validated.data?.validateToken, { active: false, reason, userId: null });
}

async function me(origin: string, token: string) {
  const { data } = await execute(origin, token, Me);
  return getFragmentData(Account, data?.me);
}

type Answer<Result> = { data: Result | null; errors?: { extensions: object }[] };

/** Runs an operation. Its variables may be left out if it has none. Of errors it returns what is for programs. */
async function execute<Result, Variables>(
  origin: string,
  token: string | null,
  query: TypedDocumentString<Result, Variables>,
  ...[variables]: Variables extends Record<string, never> ? [] : [Variables]
) {
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as Answer<Result>;
  return { data, ...(errors && { errors: errors.map(({ extensions }) => extensions) }) };
}
