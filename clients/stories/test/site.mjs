import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/**
 * Serves folders, each under its prefix, on a port of its own until the test `t` is over. Words in them are replaced: so an app that was built once
 * gets the addresses of each test. Returns the port.
 */
export async function serve(t, folders, words = {}) {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(request.url.split('?')[0]));
    const prefix = Object.keys(folders).find((prefix) => path.startsWith(prefix));
    const file = join(folders[prefix], path.slice(prefix.length) || 'index.html');
    try {
      let content = await readFile(file);
      if (extname(file) === '.js') for (const word in words) content = String(content).replaceAll(word, words[word]);
      response.setHeader('Content-Type', types[extname(file)]).end(content);
    } catch {
      response.writeHead(404).end();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return server.address().port;
}
