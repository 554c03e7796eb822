// The code in docs/clients.md: blocks that say what they are, as in ```ts title=session.ts.
import { readFile } from 'node:fs/promises';

export const guide = await readFile(new URL('../../docs/clients.md', import.meta.url), 'utf8');

export const blocks = [...guide.matchAll(/^```(\w+)(?: title=(\S+))?\n(.*?)^```$/gms)].map(([, language, title, text]) => ({ language, title, text }));

export const block = (title) => blocks.find((block) => block.title == title).text;
