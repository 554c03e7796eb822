import { attempt } from './attempt.js';
import { inspect, isRefused, nothingExecuted, type Result } from './replay.js';
import type { Session } from './types.js';

/** See Session.fetch. `cookieUrl` is where the refresh token's cookie goes along, '' for nowhere: a password change sets it. */
export async function authorizedFetch(session: Session, cookieUrl: string, input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  let request = new Request(input, init);
  if (cookieUrl && address(request) == address(new Request(cookieUrl))) request = new Request(request, { credentials: 'include' });

  const answer = attempt<{ response: Response; result?: Result }>(
    session,
    async (token) => {
      const copy = request.clone();
      if (token) copy.headers.set('Authorization', `Bearer ${token}`);
      const response = await fetch(copy);
      const isJSON = token && /[/+]json *(;|$)/i.test(response.headers.get('Content-Type') ?? '');
      return { response, result: isJSON ? await response.clone().json().catch(() => {}) : undefined };
    },
    ({ response, result }) => response.status == 401 || isRefused(result),
    async ({ result }) => !isRefused(result) || mayReplay(request, result!),
  );
  return (await unlessAborted(request, answer)).response;
}

/** An abort need not wait for what the request waits for, a new token say. It fails as `fetch` does. */
async function unlessAborted<T>(request: Request, answer: Promise<T>): Promise<T> {
  const { signal } = request as { signal?: AbortSignal }; // an old React Native has none
  let abort!: () => void;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => void fetch(request).catch(reject);
  });
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    signal?.removeEventListener('abort', abort); // the signal may be of the app's whole life
  }
}

const address = ({ url }: Request) => url.replace(/[?#].*/, '');

/** A mutation whose text is not in the request (a persisted one, say) counts as one with several fields. */
async function mayReplay(request: Request, result: Result) {
  if (request.method == 'GET') return true;
  let document = 'mutation {}';
  try {
    document = JSON.parse(await request.clone().text()).query ?? document;
  } catch {
    // not JSON
  }
  const { mutation, oneField } = inspect(document);
  return !mutation || nothingExecuted(result, oneField);
}
