// Builds what the stories are about into dist/: the client package, the apps, and the service with the work items.
import { execFileSync } from 'node:child_process';
import { build } from 'vite';
import { addresses, folder } from './test/places.mjs';

execFileSync('npm', ['run', '--silent', 'build'], { cwd: folder('../typescript'), stdio: 'inherit' });

process.env.VITE_LATCHKEY_URL = `${addresses.latchkey}/graphql`;
process.env.VITE_WORK_ITEMS_URL = `${addresses.workItems}/graphql`;
for (const app of ['apollo-app', 'urql-app']) {
  await build({ root: folder(`../${app}`), build: { outDir: folder(`dist/${app}`), emptyOutDir: true }, logLevel: 'warn' });
}

execFileSync('go', ['build', '-o', folder('dist/work-items'), '.'], { cwd: folder('../work-items'), stdio: 'inherit' });
