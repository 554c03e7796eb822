import { fileURLToPath } from 'node:url';

/** A folder or file of this project, wherever it is run from. */
export const folder = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** What the apps are built with, once. Each story puts the origins of its own servers there, which are known only then. */
export const addresses = { latchkey: 'http://latchkey.invalid', workItems: 'http://work-items.invalid' };
