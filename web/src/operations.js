// The tabs the playground opens with: the whole story of an account, to be run from left to right.
const email = 'ada@example.com';
const firstPassword = 'an engine that weaves algebra';
const secondPassword = 'note G computes Bernoulli numbers';

export const operations = [
  tab(
    `# Welcome! Press the button on the right to run this,
# then go from tab to tab. From here on the page sends
# the access token along. It keeps both in memory only.

mutation SignUp($input: SignupInput!) {
  signup(input: $input) {
    accessToken
    refreshToken
    expiresIn
    user {
      id
      email
      username
      name
      role
      createdAt
    }
  }
}`,
    { input: { email, username: 'ada', name: 'Ada Lovelace', password: firstPassword } },
  ),
  tab(
    `# Who am I? The user the token was issued to.

query Me {
  me {
    id
    email
    username
    name
    role
    createdAt
    updatedAt
  }
}`,
  ),
  tab(
    `# Changes what is given and leaves the rest as it is.

mutation UpdateName($input: UpdateUserInput!) {
  updateUser(input: $input) {
    user {
      name
      updatedAt
    }
  }
}`,
    { input: { name: 'Ada King, Countess of Lovelace' } },
  ),
  tab(
    `# A new password ends every session. The answer has a
# new token, which the page sends along from now on.

mutation NewPassword($input: UpdateUserInput!) {
  updateUser(input: $input) {
    auth {
      accessToken
      refreshToken
      expiresIn
      user {
        name
      }
    }
  }
}`,
    { input: { currentPassword: firstPassword, newPassword: secondPassword } },
  ),
  tab(
    `# The identifier is an e-mail address or a username.

mutation LogIn($input: LoginInput!) {
  login(input: $input) {
    accessToken
    refreshToken
    expiresIn
    user {
      name
    }
  }
}`,
    { input: { identifier: email, password: secondPassword } },
  ),
  tab(
    `# New tokens for the same session. While the variable is
# empty, the page fills in the refresh token it holds.

mutation Refresh($refreshToken: String) {
  refreshToken(token: $refreshToken) {
    accessToken
    refreshToken
    expiresIn
    user {
      name
    }
  }
}`,
    { refreshToken: '' },
  ),
  tab(
    `# Where am I signed in? revokeSession ends one of them.

query Sessions {
  me {
    sessions {
      id
      userAgent
      ipAddress
      createdAt
      lastUsedAt
      expiresAt
      current
    }
  }
}`,
  ),
  tab(
    `# Would this token be accepted now? Anyone may ask.
# While the variable is empty, the page fills in the
# token it holds.

query Validate($token: String!) {
  validateToken(token: $token) {
    active
    reason
    userId
    sessionId
    expiresAt
  }
}`,
    { token: '' },
  ),
  tab(
    `# For administrators: latchkey users update ada --role ADMIN
# makes you one, and Refresh gives you a token that says so.

query Users($filter: UserFilter, $after: String) {
  users(first: 20, filter: $filter, after: $after) {
    nodes {
      id
      email
      username
      role
      disabled
      createdAt
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
  }
}`,
    { filter: { text: 'a', disabled: false }, after: null },
  ),
  tab(
    `# For administrators, with an id from Users: another role,
# or disabled. deleteUsers deletes accounts.

mutation Administer($input: UpdateUserInput!) {
  updateUser(input: $input) {
    user {
      id
      role
      disabled
    }
  }
}`,
    { input: { id: '', role: 'USER', disabled: true } },
  ),
  tab(
    `# Ends the session: its token is refused from now on.
# Run Me again to see it. Scopes: CURRENT, OTHERS, ALL.

mutation LogOut($scope: LogoutScope!) {
  logout(scope: $scope) {
    endedSessionIds
  }
}`,
    { scope: 'CURRENT' },
  ),
  tab(
    `# Deletes the account for good. If you have just logged
# out, log in again first.

mutation Delete($input: DeleteUserInput!) {
  deleteUser(input: $input) {
    deletedUserId
  }
}`,
    { input: { currentPassword: secondPassword } },
  ),
];

function tab(query, variables) {
  return { query, variables: variables && JSON.stringify(variables, null, 2) };
}
