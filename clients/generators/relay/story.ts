// The story of an administrator, with what relay-compiler generates and the normalised store of relay-runtime.
import assert from 'node:assert/strict';
import { graphql } from 'relay-runtime';
import type { story_account$key } from './__generated__/story_account.graphql';
import type { story_users$key } from './__generated__/story_users.graphql';
import refetchAccount, { type storyAccountRefetchQuery } from './__generated__/storyAccountRefetchQuery.graphql';
import type { storyDeleteMutation } from './__generated__/storyDeleteMutation.graphql';
import type { storyDeleteSomeMutation } from './__generated__/storyDeleteSomeMutation.graphql';
import type { storyLogInMutation } from './__generated__/storyLogInMutation.graphql';
import type { storyLogOutMutation } from './__generated__/storyLogOutMutation.graphql';
import type { storyMeQuery } from './__generated__/storyMeQuery.graphql';
import type { storyRefreshMutation } from './__generated__/storyRefreshMutation.graphql';
import type { storySignUpMutation } from './__generated__/storySignUpMutation.graphql';
import type { storyUpdateMutation } from './__generated__/storyUpdateMutation.graphql';
import nextPage, { type storyUsersPageQuery } from './__generated__/storyUsersPageQuery.graphql';
import type { storyUsersQuery } from './__generated__/storyUsersQuery.graphql';
import { codesOf, connect } from './environment';

// `@refetchable` generates a query for `node(id:)`.
const account = graphql`
  fragment story_account on User @refetchable(queryName: "storyAccountRefetchQuery") {
    id
    username
    name
    createdAt
  }
`;

// And here one for the next page.
const users = graphql`
  fragment story_users on Query
  @refetchable(queryName: "storyUsersPageQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 2 }, after: { type: "String" }, filter: { type: "UserFilter" }) {
    users(first: $first, after: $after, filter: $filter) @connection(key: "story_users") {
      __id
      edges {
        node {
          id
          ...story_account
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
      totalCount
    }
  }
`;

const everyone = graphql`
  query storyUsersQuery($filter: UserFilter) {
    ...story_users @arguments(filter: $filter)
  }
`;

const me = graphql`
  query storyMeQuery {
    me {
      ...story_account
      sessions {
        id
        current
      }
    }
  }
`;

const signUp = graphql`
  mutation storySignUpMutation($input: SignupInput!) {
    signup(input: $input) {
      accessToken
      user {
        ...story_account
      }
    }
  }
`;

const logIn = graphql`
  mutation storyLogInMutation($input: LoginInput!) {
    login(input: $input) {
      accessToken
      refreshToken
    }
  }
`;

const refresh = graphql`
  mutation storyRefreshMutation($token: String) {
    refreshToken(token: $token) {
      accessToken
    }
  }
`;

const logOut = graphql`
  mutation storyLogOutMutation($scope: LogoutScope!) {
    logout(scope: $scope) {
      endedSessionIds @deleteRecord
    }
  }
`;

const update = graphql`
  mutation storyUpdateMutation($input: UpdateUserInput!) {
    updateUser(input: $input) {
      user {
        ...story_account
      }
    }
  }
`;

// One field takes one of these directives; with two, relay-compiler leaves out the second without a word.
const deleteOne = graphql`
  mutation storyDeleteMutation($input: DeleteUserInput!, $lists: [ID!]!) {
    deleteUser(input: $input) {
      deletedUserId @deleteEdge(connections: $lists)
      forgottenUserId: deletedUserId @deleteRecord
    }
  }
`;

const deleteSome = graphql`
  mutation storyDeleteSomeMutation($ids: [ID!]!, $lists: [ID!]!) {
    deleteUsers(ids: $ids) {
      deletedUserIds @deleteEdge(connections: $lists)
      forgottenUserIds: deletedUserIds @deleteRecord
    }
  }
`;

const password = 'correct horse';

export async function story(origin: string, makeAdministrator: (username: string) => Promise<void>) {
  const client = connect(origin);
  for (const username of ['ada', 'bob', 'carol', 'dan', 'grace']) {
    const { signup } = await client.mutate<storySignUpMutation>(signUp, { input: { username, password } });
    assert.equal(client.fragment<story_account$key>(account, signup.user).username, username);
  }
  await makeAdministrator('grace');
  const { login } = await client.mutate<storyLogInMutation>(logIn, { input: { identifier: 'grace', password } });
  client.token = login.accessToken;

  // A page, and the next, in one list.
  await client.query<storyUsersQuery>(everyone, {});
  const list = () => {
    const { users: list } = client.fragment<story_users$key>(users, client.shown<storyUsersQuery>(everyone, {}));
    assert(list);
    return { ...list, accounts: list.edges.map(({ node }) => client.fragment<story_account$key>(account, node)) };
  };
  const usernames = () => list().accounts.map(({ username }) => username);
  assert.deepEqual(usernames(), ['grace', 'dan']);
  assert.equal(list().totalCount, 5);
  await client.query<storyUsersPageQuery>(nextPage, { first: 10, after: list().pageInfo.endCursor });
  assert.deepEqual(usernames(), ['grace', 'dan', 'carol', 'bob', 'ada']);
  assert.equal(list().pageInfo.hasNextPage, false);

  // What one mutation returns, all that shows the user has, without asking again.
  const [grace, dan, carol, bob, ada] = list().accounts;
  assert(grace && dan && carol && bob && ada);
  await client.mutate<storyUpdateMutation>(update, { input: { id: dan.id, name: 'Dan' } });
  const requests = client.requests;
  assert.deepEqual(list().accounts[1], { ...dan, name: 'Dan' });
  assert.equal(client.requests, requests);

  // What others changed comes with `node(id:)`.
  const colleague = connect(origin);
  colleague.token = client.token;
  await colleague.mutate<storyUpdateMutation>(update, { input: { id: dan.id, name: null } });
  assert.equal(list().accounts[1]?.name, 'Dan');
  await client.query<storyAccountRefetchQuery>(refetchAccount, { id: dan.id });
  assert.deepEqual(list().accounts[1], dan);

  // Who is deleted leaves the list and the store.
  const lists = [list().__id];
  await client.mutate<storyDeleteMutation>(deleteOne, { input: { id: dan.id }, lists });
  await client.mutate<storyDeleteSomeMutation>(deleteSome, { ids: [ada.id, bob.id], lists });
  assert.deepEqual(usernames(), ['grace', 'carol']);
  assert.deepEqual([dan, ada, bob, carol].map(({ id }) => client.knows(id)), [false, false, false, true]);

  // An ended session leaves the store, but a plain list keeps its place: apps skip what is null there.
  await client.query<storyMeQuery>(me, {});
  const sessions = () => client.shown<storyMeQuery>(me, {}).me?.sessions?.map((session) => session?.current);
  assert.deepEqual(sessions(), [true, false]);
  const { refreshToken } = await client.mutate<storyRefreshMutation>(refresh, { token: login.refreshToken });
  client.token = refreshToken.accessToken;
  await client.mutate<storyLogOutMutation>(logOut, { scope: 'OTHERS' });
  assert.deepEqual(sessions(), [true, undefined]);

  // Where an answer has no data, Relay throws its errors. Those beside data it keeps to itself: its network function has to look.
  const taken = client.mutate<storySignUpMutation>(signUp, { input: { username: 'grace', password } });
  assert.deepEqual(await taken.catch(codesOf), ['USERNAME_TAKEN']);
  await client.mutate<storyLogOutMutation>(logOut, { scope: 'CURRENT' });
  const refused = client.mutate<storyUpdateMutation>(update, { input: { name: 'Grace' } });
  assert.deepEqual(await refused.catch(codesOf), ['UNAUTHENTICATED']);
  assert.deepEqual(await client.query<storyMeQuery>(me, {}), { me: null });
  assert.deepEqual(client.unheard, ['UNAUTHENTICATED']);
}
