import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { buildSchema } from 'graphql';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { createSession, ErrorCode, errorCode, LatchkeyError } from '@latchkey/client';
import { useSession } from '@latchkey/client/react';

const run = promisify(execFile);
const inside = { cwd: new URL('..', import.meta.url) };

test('the core is at most 4 kB, minified and gzipped, and each adapter at most 1 kB beside the core and its client', async (t) => {
  const size = async (name) => {
    const { outputFiles } = await build({
      entryPoints: [`dist/${name}.js`], absWorkingDir: new URL('..', import.meta.url).pathname, bundle: true, minify: true, format: 'esm', target: 'es2022', write: false,
      external: ['@apollo/client', '@apollo/client/errors', 'rxjs', 'wonka', '@urql/core', 'react', 'relay-runtime'],
    });
    return gzipSync(outputFiles[0].contents, { level: 9 }).length;
  };
  for (const name of ['index', 'apollo', 'urql', 'relay', 'react']) {
    const bytes = await size(name);
    t.diagnostic(`${name}: ${bytes} bytes`);
    assert.ok(bytes <= (name == 'index' ? 4096 : 1024), `${name} has ${bytes} bytes`);
  }
});

test('it depends on nothing, and its adapters on what the app has anyway', async () => {
  const { dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(await readFile(new URL('../package.json', import.meta.url)));
  assert.equal(dependencies, undefined);
  for (const name in peerDependencies) assert.ok(peerDependenciesMeta[name].optional, name);
});

test('strict compilers are content with its types', async (t) => {
  const strict = '--noEmit --strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --verbatimModuleSyntax --isolatedModules --target es2022 --ignoreConfig';
  const page = ['--lib', 'es2022,dom', '--types', ''];
  const program = ['--lib', 'es2022', '--types', 'node'];
  const modules = ['--module', 'nodenext'];
  const bundled = ['--module', 'esnext', '--moduleResolution', 'bundler'];
  const all = ['--skipLibCheck', 'false'];
  const ours = ['--skipLibCheck']; // the clients' own types are not as strict
  for (const options of [
    ['core', ...page, ...modules, ...all],
    ['core', ...page, ...bundled, ...all],
    ['core', ...program, ...modules, ...all],
    ['adapters', ...page, ...modules, ...ours],
    ['adapters', ...page, ...bundled, ...ours],
  ]) {
    await t.test(options.join(' '), async () => {
      const [file, ...more] = options;
      await run('npx', ['tsc', `test/types/${file}.ts`, ...strict.split(' '), ...more], inside).catch(({ stdout }) => assert.fail(stdout));
    });
  }
});

test('what is packed is what the exports name', async () => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], inside);
  const packed = JSON.parse(stdout)[0].files.map(({ path }) => path);
  const { exports } = JSON.parse(await readFile(new URL('../package.json', import.meta.url)));
  for (const { types, default: code } of Object.values(exports)) for (const file of [types, code]) assert.ok(packed.includes(file.slice(2)), file);
  assert.ok(packed.every((file) => /^(dist\/|package\.json$|README\.md$|LICENSE$)/.test(file)), packed.join());
});

test('the error codes are those of the schema', async () => {
  const schema = buildSchema(await readFile(new URL('../../../schema.graphqls', import.meta.url), 'utf8'));
  const names = schema.getType('ErrorCode').getValues().map(({ name }) => name);
  assert.deepEqual(Object.entries(ErrorCode), names.map((name) => [name, name]));
});

test('the code of an error is found wherever a client puts it', () => {
  const errors = [{ message: 'no' }, { message: 'taken', extensions: { code: 'EMAIL_TAKEN' } }];
  for (const error of [
    new LatchkeyError(errors), // and Apollo's CombinedGraphQLErrors
    { errors }, // an answer
    errors[1], // one error of it
    { graphQLErrors: errors }, // urql
    { graphQLErrors: [], networkError: { errors } },
    { source: { errors } }, // Relay
    { response: { errors } }, // graphql-request
    new Error('wrapped', { cause: new LatchkeyError(errors) }),
  ])
    assert.equal(errorCode(error), 'EMAIL_TAKEN');
  for (const error of [undefined, null, 'EMAIL_TAKEN', new TypeError('fetch failed'), {}, { errors: [] }, { errors: 'no' }, { errors: null }, { errors: [null] }, { errors: { email: ['taken'] } }, { graphQLErrors: undefined }])
    assert.equal(errorCode(error), undefined);
});

test('a program in Node ends although it has a session', async () => {
  const program = `
    import { createSession } from '@latchkey/client';
    import { createServer } from 'node:http';
    const server = createServer((request, response) => {
      const auth = { accessToken: 'a', refreshToken: 'r', expiresIn: 900, user: { id: 'ada' } };
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ data: { result: auth } }));
    }).listen(0, '127.0.0.1', async () => {
      const session = createSession({ url: 'http://127.0.0.1:' + server.address().port });
      await session.signIn({ identifier: 'ada', password: 'correct horse' });
      console.log(session.state, await session.getAccessToken());
      server.close();
      server.closeAllConnections();
    });`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], { ...inside, timeout: 20_000 });
  assert.equal(stdout, 'in a\n');
});

test('React on a server that renders pages says loading', () => {
  const Page = ({ session }) => JSON.stringify(useSession(session));
  const session = createSession({ url: 'http://localhost:8080/graphql' });
  assert.equal(renderToString(createElement(Page, { session })).replaceAll('&quot;', '"'), '{"state":"loading","userId":null}');
});
