// What is released stays: schema.graphqls against released.graphqls.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { buildSchema } from 'graphql';
import { breakingChanges } from '../breaking.mjs';

const released = await readFile(new URL('../released.graphqls', import.meta.url), 'utf8');
const schema = await readFile(new URL('../../../schema.graphqls', import.meta.url), 'utf8');

test('the schema breaks no client of the last release', () => {
  assert.deepEqual(breakingChanges(buildSchema(released), buildSchema(schema)), []);
});

// The changes below are made without the descriptions, which are no part of the contract.
const bare = schema.replaceAll(/"""[^]*?"""\s*/g, '');

test('descriptions may change', () => {
  assert.deepEqual(breakingChanges(buildSchema(schema), buildSchema(bare)), []);
});

const breaking = {
  'a nullable field that is gone': ['  ipAddress: String\n', ''],
  'a field that is null at times': ['  role: Role!\n', '  role: Role\n'],
  'a field of another type': ['  expiresIn: Int!\n', '  expiresIn: String!\n'],
  'a field that is a list no more': ['  sessions: [Session!]\n', '  sessions: Session\n'],
  'a field that is an object no more': ['  user: User!\n}', '  user: ID!\n}'],
  'a field with another name': ['  me: User', '  viewer: User'],
  'a required argument more': ['  me: User', '  me(origin: String!): User'],
  'an argument less': ['    filter: UserFilter\n', ''],
  'an argument that is required now': ['    token: String\n', '    token: String!\n'],
  'an argument of another type': ['(userId: ID!', '(userId: Int!'],
  'an argument with another default': ['first: Int = 20', 'first: Int = 10'],
  'an argument without its default': ['scope: LogoutScope! = CURRENT', 'scope: LogoutScope!'],
  'an argument with a default': ['    after: String\n', '    after: String = ""\n'],
  'a required field of an input more': ['input LoginInput {', 'input LoginInput {\n  pin: String!'],
  'a field of an input less': ['  identifier: String!\n', ''],
  'a field of an input that is required now': ['  currentPassword: String\n', '  currentPassword: String!\n'],
  'a field of an input with another default': ['delivery: TokenDelivery = BODY', 'delivery: TokenDelivery = COOKIE'],
  'a value of an enum less': ['  NOT_YET_VALID\n', ''],
  'an error code less': ['  OUTCOME_UNKNOWN\n', ''],
  'a type with another name': ['LogoutPayload', 'SignOutPayload'],
  'a type that is no Node': ['type Session implements Node', 'type Session'],
  'a directive with another name': ['@authenticated', '@signedIn'],
  'a field that takes a token now': ['): TokenStatus!', '): TokenStatus! @authenticated'],
  'a field that takes an administrator now': ['  me: User @authenticated', '  me: User @requiresRole(role: ADMIN)'],
};

for (const [what, [before, after]] of Object.entries(breaking)) {
  test(`${what} breaks clients`, () => {
    assert.notDeepEqual(breakingChanges(buildSchema(bare), changed(before, after)), []);
  });
}

const fine = {
  'a field more': ['  ipAddress: String\n', '  ipAddress: String\n  country: String!\n'],
  'a field that is null no more': ['  userAgent: String\n', '  userAgent: String!\n'],
  'a type more': ['type TokenStatus {', 'type Organisation implements Node { id: ID! }\ntype TokenStatus {'],
  'an optional argument more': ['  me: User', '  me(origin: String): User'],
  'a required argument more, with a default': ['  me: User', '  me(origin: String! = ""): User'],
  'an argument that is optional now': ['(userId: ID!', '(userId: ID'],
  'an optional field of an input more': ['input LoginInput {', 'input LoginInput {\n  pin: String'],
  'a value of an enum more': ['  NOT_YET_VALID\n', '  NOT_YET_VALID\n  TOO_LONG\n'],
  'a field that takes no token any more': ['  me: User @authenticated', '  me: User'],
  'a field that is deprecated': ['  ipAddress: String\n', '  ipAddress: String @deprecated(reason: "It says little.")\n'],
};

for (const [what, [before, after]] of Object.entries(fine)) {
  test(`${what} breaks nobody`, () => {
    assert.deepEqual(breakingChanges(buildSchema(bare), changed(before, after)), []);
  });
}

function changed(before, after) {
  assert.ok(bare.includes(before), `the schema has no ${before}`);
  return buildSchema(bare.replaceAll(before, after));
}
