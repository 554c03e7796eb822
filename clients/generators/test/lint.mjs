// The rules of eslint.config.mjs: the schema keeps them, and each of them bites.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const schema = await readFile(new URL('../../../schema.graphqls', import.meta.url), 'utf8');
const config = fileURLToPath(new URL('../eslint.config.mjs', import.meta.url));
const bin = fileURLToPath(new URL('../../node_modules/.bin/eslint', import.meta.url));

test('the schema keeps the rules', { timeout: 60_000 }, async (t) => {
  assert.deepEqual(await lint(t, schema), []);
});

// Each changes the first text into the second, and is found with a message that begins with the third.
const mistakes = [
  undescribed('"""Someone with an account."""\n', 'type "User"'),
  undescribed('  """What this user may do."""\n', 'field "role" in type "User"'),
  undescribed('  """Ends all sessions of a user."""\n', 'field "endUserSessions" in type "Mutation"'),
  undescribed('"""Who signs in.""" ', 'input value "input" in field "login"'),
  undescribed('"""The role that it takes.""" ', 'input value "role" in directive "requiresRole"'),
  undescribed('  """Its time is over."""\n', 'enum value "EXPIRED" in enum "TokenProblem"'),
  undescribed('  """Those with this role."""\n', 'input value "role" in input "UserFilter"'),
  ['"""What a user may do."""', '"What a user may do."', 'Unexpected inline description for enum "Role"'],
  ['  user("""', '  getUser("""', 'Field "getUser" should not have "get" prefix'],
  ['  ipAddress: String', '  ip_address: String', 'Field "ip_address" should be in camelCase format'],
  ['  name: String\n', '  userLabel: String\n', 'Field "userLabel" starts with the name of the parent type'],
  ['  hasNextPage: Boolean!\n', '  more: Boolean!\n', '`PageInfo` must contain a field `hasNextPage`'],
  ['  cursor: String!\n', '  place: String!\n', 'Edge type must contain a field `cursor`'],
  ['    after: String\n', '    behind: String\n', 'A field that returns a Connection type must include forward'],
  ['scalar DateTime', 'scalar Unused\n"""A moment."""\nscalar DateTime', 'Scalar type `Unused` is unreachable'],
  ['type TokenStatus {', 'type TokenState {', 'type "TokenState" must have exactly one non-nullable unique identifier'],
];

function undescribed(description, what) {
  return [description, '', `Description is required for ${what}`];
}

test('each mistake is found, and nothing else', { timeout: 60_000 }, async (t) => {
  let wrong = schema.replace(': TokenStatus!', ': TokenState!');
  for (const [before, after] of mistakes) {
    assert.ok(wrong.includes(before), `the schema has no ${before}`);
    wrong = wrong.replace(before, after);
  }
  const found = await lint(t, wrong);
  for (const [, , message] of mistakes) assert.equal(found.filter((said) => said.startsWith(message)).length, 1, message);
  assert.equal(found.length, mistakes.length, found.join('\n'));
});

/** What eslint says about a schema, with our rules. */
async function lint(t, text) {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-lint-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'schema.graphqls'), text);
  const eslint = spawnSync(bin, ['--config', config, '--format', 'json', 'schema.graphqls'], { cwd: folder, encoding: 'utf8' });
  assert.ok(eslint.stdout, eslint.stderr);
  const [{ messages }] = JSON.parse(eslint.stdout);
  return messages.map(({ message }) => message);
}
