// A project with all the TypeScript of docs/clients.md.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { blocks } from './blocks.mjs';

const settings = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023', 'dom', 'dom.iterable'],
    module: 'esnext',
    moduleResolution: 'bundler',
    jsx: 'react-jsx',
    rootDir: 'src',
    outDir: 'compiled',
    strict: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    verbatimModuleSyntax: true,
    rewriteRelativeImportExtensions: true,
    skipLibCheck: true, // the types of relay-runtime need it
    types: [],
  },
  include: ['src'],
};

/** As in expo-secure-store 57.0.4, which wants all of Expo; and a keychain that lasts as long as this process. */
const secureStore = {
  'package.json': '{ "type": "module", "exports": { "types": "./index.d.ts", "default": "./index.js" } }',
  'index.d.ts': `
    export declare function getItemAsync(key: string, options?: object): Promise<string | null>;
    export declare function setItemAsync(key: string, value: string, options?: object): Promise<void>;
    export declare function deleteItemAsync(key: string, options?: object): Promise<void>;`,
  'index.js': `
    const items = new Map();
    export const getItemAsync = async (key) => items.get(key) ?? null;
    export const setItemAsync = async (key, value) => void items.set(key, value);
    export const deleteItemAsync = async (key) => void items.delete(key);`,
};

/** Compiles it, in a folder that is gone with the test `t`. Where types are wrong, it throws what the compiler says. */
export async function compile(t) {
  await mkdir(new URL('dist/', import.meta.url), { recursive: true });
  const folder = await mkdtemp(new URL('dist/project-', import.meta.url).pathname);
  t.after(() => rm(folder, { recursive: true }));
  const write = async (name, text) => {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  };
  for (const { language, title, text } of blocks) if (/^tsx?$/.test(language)) await write(`src/${title}`, text);
  for (const name in secureStore) await write(`node_modules/expo-secure-store/${name}`, secureStore[name]);
  await write('tsconfig.json', JSON.stringify(settings));
  await promisify(execFile)(join(import.meta.dirname, '../node_modules/.bin/tsc'), ['-p', folder]).catch(({ stdout, stderr }) => {
    throw new Error(`docs/clients.md: ${stdout}${stderr}`);
  });
  return folder;
}

let opened = 0;

/**
 * Loads the project as a page does, anew each time; returns what imports a module of it. The server is at this origin. Node has no cookies,
 * so the refresh token is in the storage `globalThis.browser` instead.
 */
export async function open(folder, origin) {
  const page = join(folder, `page-${++opened}`);
  await mkdir(page);
  for (const name of await readdir(join(folder, 'compiled'))) {
    const text = await readFile(join(folder, 'compiled', name), 'utf8');
    const here = text.replace(/http:\/\/localhost:(8080|4000)/g, origin).replace("delivery: 'COOKIE'", 'storage: globalThis.browser');
    await writeFile(join(page, name), here);
  }
  return (name) => import(join(page, `${name}.js`));
}
