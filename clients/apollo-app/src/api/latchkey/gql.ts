/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "fragment Account on User {\n  id\n  email\n  username\n  name\n  role\n  disabled\n  createdAt\n}\n\nquery Me {\n  me {\n    ...Account\n  }\n}\n\nmutation UpdateUser($input: UpdateUserInput!) {\n  updateUser(input: $input) {\n    user {\n      ...Account\n    }\n  }\n}\n\nmutation ChangePassword($currentPassword: String!, $newPassword: String!) {\n  updateUser(\n    input: {currentPassword: $currentPassword, newPassword: $newPassword}\n  ) {\n    auth {\n      accessToken\n      refreshToken\n      expiresIn\n      user {\n        id\n      }\n    }\n  }\n}\n\nmutation DeleteMe($currentPassword: String!) {\n  deleteUser(input: {currentPassword: $currentPassword}) {\n    deletedUserId\n  }\n}\n\nquery Sessions {\n  me {\n    id\n    sessions {\n      id\n      userAgent\n      ipAddress\n      createdAt\n      lastUsedAt\n      current\n    }\n  }\n}\n\nmutation RevokeSession($id: ID!) {\n  revokeSession(id: $id) {\n    revokedSessionId\n  }\n}\n\nquery Users($after: String, $filter: UserFilter) {\n  users(after: $after, filter: $filter) {\n    edges {\n      node {\n        ...Account\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    totalCount\n  }\n}\n\nmutation DeleteUser($id: ID!) {\n  deleteUser(input: {id: $id}) {\n    deletedUserId\n  }\n}": typeof types.AccountFragmentDoc,
};
const documents: Documents = {
    "fragment Account on User {\n  id\n  email\n  username\n  name\n  role\n  disabled\n  createdAt\n}\n\nquery Me {\n  me {\n    ...Account\n  }\n}\n\nmutation UpdateUser($input: UpdateUserInput!) {\n  updateUser(input: $input) {\n    user {\n      ...Account\n    }\n  }\n}\n\nmutation ChangePassword($currentPassword: String!, $newPassword: String!) {\n  updateUser(\n    input: {currentPassword: $currentPassword, newPassword: $newPassword}\n  ) {\n    auth {\n      accessToken\n      refreshToken\n      expiresIn\n      user {\n        id\n      }\n    }\n  }\n}\n\nmutation DeleteMe($currentPassword: String!) {\n  deleteUser(input: {currentPassword: $currentPassword}) {\n    deletedUserId\n  }\n}\n\nquery Sessions {\n  me {\n    id\n    sessions {\n      id\n      userAgent\n      ipAddress\n      createdAt\n      lastUsedAt\n      current\n    }\n  }\n}\n\nmutation RevokeSession($id: ID!) {\n  revokeSession(id: $id) {\n    revokedSessionId\n  }\n}\n\nquery Users($after: String, $filter: UserFilter) {\n  users(after: $after, filter: $filter) {\n    edges {\n      node {\n        ...Account\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    totalCount\n  }\n}\n\nmutation DeleteUser($id: ID!) {\n  deleteUser(input: {id: $id}) {\n    deletedUserId\n  }\n}": types.AccountFragmentDoc,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment Account on User {\n  id\n  email\n  username\n  name\n  role\n  disabled\n  createdAt\n}\n\nquery Me {\n  me {\n    ...Account\n  }\n}\n\nmutation UpdateUser($input: UpdateUserInput!) {\n  updateUser(input: $input) {\n    user {\n      ...Account\n    }\n  }\n}\n\nmutation ChangePassword($currentPassword: String!, $newPassword: String!) {\n  updateUser(\n    input: {currentPassword: $currentPassword, newPassword: $newPassword}\n  ) {\n    auth {\n      accessToken\n      refreshToken\n      expiresIn\n      user {\n        id\n      }\n    }\n  }\n}\n\nmutation DeleteMe($currentPassword: String!) {\n  deleteUser(input: {currentPassword: $currentPassword}) {\n    deletedUserId\n  }\n}\n\nquery Sessions {\n  me {\n    id\n    sessions {\n      id\n      userAgent\n      ipAddress\n      createdAt\n      lastUsedAt\n      current\n    }\n  }\n}\n\nmutation RevokeSession($id: ID!) {\n  revokeSession(id: $id) {\n    revokedSessionId\n  }\n}\n\nquery Users($after: String, $filter: UserFilter) {\n  users(after: $after, filter: $filter) {\n    edges {\n      node {\n        ...Account\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    totalCount\n  }\n}\n\nmutation DeleteUser($id: ID!) {\n  deleteUser(input: {id: $id}) {\n    deletedUserId\n  }\n}"): (typeof documents)["fragment Account on User {\n  id\n  email\n  username\n  name\n  role\n  disabled\n  createdAt\n}\n\nquery Me {\n  me {\n    ...Account\n  }\n}\n\nmutation UpdateUser($input: UpdateUserInput!) {\n  updateUser(input: $input) {\n    user {\n      ...Account\n    }\n  }\n}\n\nmutation ChangePassword($currentPassword: String!, $newPassword: String!) {\n  updateUser(\n    input: {currentPassword: $currentPassword, newPassword: $newPassword}\n  ) {\n    auth {\n      accessToken\n      refreshToken\n      expiresIn\n      user {\n        id\n      }\n    }\n  }\n}\n\nmutation DeleteMe($currentPassword: String!) {\n  deleteUser(input: {currentPassword: $currentPassword}) {\n    deletedUserId\n  }\n}\n\nquery Sessions {\n  me {\n    id\n    sessions {\n      id\n      userAgent\n      ipAddress\n      createdAt\n      lastUsedAt\n      current\n    }\n  }\n}\n\nmutation RevokeSession($id: ID!) {\n  revokeSession(id: $id) {\n    revokedSessionId\n  }\n}\n\nquery Users($after: String, $filter: UserFilter) {\n  users(after: $after, filter: $filter) {\n    edges {\n      node {\n        ...Account\n      }\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n    totalCount\n  }\n}\n\nmutation DeleteUser($id: ID!) {\n  deleteUser(input: {id: $id}) {\n    deletedUserId\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;