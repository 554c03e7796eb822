// Builds dist/ from src/. The results are committed, so the same sources must give the same bytes on every machine.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { gzipSync } from 'fflate';

process.chdir(import.meta.dirname);

// GraphiQL's style sheet carries 350 kB of fonts as data: addresses. The system's fonts do, and keep the policy tight.
const withoutFonts = {
  name: 'without-fonts',
  setup({ onLoad }) {
    onLoad({ filter: /graphiql\/dist\/style\.css$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(/@font-face\s*\{[^}]*\}/g, ''),
      loader: 'css',
    }));
  },
};

const { outputFiles, metafile } = await build({
  entryPoints: { playground: 'src/main.jsx' },
  outdir: 'dist',
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  legalComments: 'none',
  jsx: 'automatic',
  target: 'es2022',
  define: { 'process.env.NODE_ENV': '"production"' },
  alias: { 'react-style-singleton': './src/no-style-elements.js' },
  plugins: [withoutFonts],
});

const files = {
  'index.html': await readFile('src/index.html'),
  'favicon.svg': await readFile('src/favicon.svg'),
};
for (const { path, contents } of outputFiles) {
  files[path.slice(join(import.meta.dirname, 'dist/').length)] = contents;
}
const notices = await licences(Object.keys(metafile.inputs));
files['playground.js'] = Buffer.concat([files['playground.js'], Buffer.from(notices)]);

await rm('dist', { recursive: true, force: true });
await mkdir('dist');
for (const [name, contents] of Object.entries(files)) {
  // Node's own zlib compresses differently from one processor and version to the next.
  await writeFile(`dist/${name}.gz`, gzipSync(contents, { level: 9, mtime: 0 }));
}

/** The licences ask that their text goes wherever the code goes. */
async function licences(inputs) {
  const folders = new Set();
  for (const input of inputs) {
    const [folder] = input.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/) ?? [];
    if (folder) folders.add(folder);
  }
  let text = '\n/*\n';
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    text += `\n==== ${name} ${version} (${license})\n\n`;
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    if (file) text += (await readFile(join(folder, file), 'utf8')).replaceAll('*/', '* /').trim() + '\n';
  }
  return text + '*/\n';
}
