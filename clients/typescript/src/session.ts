import { errorCode } from './errors.js';
import { authorizedFetch } from './fetch.js';
import { login, logout, refreshToken, send, signup } from './operations.js';
import type { LoginInput, SignupInput } from './schema.js';
import { alone, joinTabs, type News, type Tabs } from './tabs.js';
import { background } from './timers.js';
import type { AuthPayload, Session, SessionOptions, Snapshot, Storage } from './types.js';

/** What a session has been granted. Never changed, only replaced. */
interface Grant {
  accessToken: string;
  userId: string;
  /** ms since 1970. */
  refreshAt: number;
  expiresAt: number;
}

/** Bounds of the time between tries, in ms, while the server can't be reached. */
const firstWait = 1000;
const longestWait = 15_000;

/** Whether an error is Latchkey's word that the session has ended. Nothing else signs out. */
const isOver = (error: unknown) => /^(INVALID_REFRESH_TOKEN|REFRESH_TOKEN_REUSED)$/.test(errorCode(error)!);

/** Holds the tokens of whoever is signed in, and finds out whether anyone is. One for each Latchkey, for as long as the page lives. */
export function createSession({ url, delivery = 'BODY', storage }: SessionOptions): Session {
  const cookie = delivery == 'COOKIE';
  const listeners = new Set<(now: Snapshot, before: Snapshot) => void>();
  let inMemory: string | null = null;
  const store: Storage | undefined = cookie
    ? undefined
    : (storage ?? { get: () => inMemory, set: (token) => void (inMemory = token) });
  let snapshot: Snapshot = { state: 'loading', userId: null };
  let grant: Grant | null | undefined; // undefined while that is not known
  let at = 0; // when it became known
  let refreshing: Promise<void> | undefined;
  // The refresh on its way, given up when someone signs in or out: its cookie would come too late, and replace theirs.
  let request = new AbortController();
  let timer: ReturnType<typeof setTimeout>;
  let wait = firstWait;

  const fresh = () => !!grant && Date.now() < grant.refreshAt;

  // A token in memory is nobody else's, and in a program (Node has locks and channels since version 24) no storage is.
  const tabs: Tabs<Grant> =
    cookie || (storage && globalThis.document)
      ? joinTabs(`latchkey ${delivery} ${url}`, hear, () => (fresh() ? { at, grant: grant! } : undefined))
      : alone;

  function hear(news: News<Grant>): boolean {
    const isNew = news.at > at;
    if (isNew) {
      if (news.grant?.userId != snapshot.userId) request.abort();
      know(news);
    }
    return isNew;
  }

  function know(news: News<Grant>) {
    ({ at, grant } = news);
    wait = firstWait;
    clearTimeout(timer);
    if (grant) plan(grant.refreshAt - Date.now());
    const before = snapshot;
    const now: Snapshot = { state: grant ? 'in' : 'out', userId: grant?.userId ?? null };
    if (now.state == before.state && now.userId == before.userId) return;
    snapshot = now;
    for (const listener of listeners) {
      try {
        listener(now, before);
      } catch (error) {
        background(() => {
          throw error; // into the console, as of any other callback
        }, 0);
      }
    }
  }

  function decide(next: Grant | null) {
    const news = { at: Math.max(Date.now(), at + 1), grant: next };
    request.abort();
    know(news);
    tabs.tell(news);
  }

  /** Refreshes in the background, in so many ms; and again until it is known how things stand. */
  function plan(ms: number) {
    clearTimeout(timer);
    timer = background(() => {
      refresh().catch((error) => {
        plan(Math.max(wait * (1 + Math.random()), 1000 * error?.errors?.[0]?.extensions?.retryAfter || 0));
        wait = Math.min(wait * 2, longestWait);
      });
    }, ms);
  }

  /** Decides, and has the token on its way to the storage by then. Nothing can happen between, and no storage keeps anyone signed in. */
  async function enact(token: string | null, next: Grant | null) {
    const stored = (async () => store?.set(token))();
    decide(next);
    await stored;
  }

  const accept = ({ accessToken, refreshToken, expiresIn, user }: AuthPayload, asked = Date.now()) =>
    enact(refreshToken!, { accessToken, userId: user.id, refreshAt: asked + 900 * expiresIn, expiresAt: asked + 1000 * expiresIn });

  const end = () => enact(null, null);

  const refresh = () =>
    (refreshing ??= renew(grant).finally(() => {
      refreshing = undefined;
    }));

  /** Replaces the grant that is stale, unless someone else does so first. */
  const renew = (stale: Grant | undefined | null) =>
    tabs.lock(async () => {
      if (grant == stale) await tabs.ask();
      const token = await store?.get();
      if (grant != stale) return;
      if (store && token == null) return end();
      const asked = Date.now();
      try {
        request = new AbortController();
        const auth = await send(url, cookie, refreshToken, { token }, fetch, request);
        if (grant == stale) await accept(auth, asked);
      } catch (error) {
        if (grant != stale) return;
        if (!isOver(error)) throw error;
        await tabs.ask(); // a new session may have been opened meanwhile
        if (grant == stale) await end();
      }
    });

  async function getAccessToken() {
    if (grant === undefined || (grant && Date.now() >= grant.expiresAt)) await refresh();
    return grant ? grant.accessToken : null;
  }

  async function replace(refused: string) {
    if (grant?.accessToken == refused) await refresh();
    if (grant?.accessToken == refused) await refresh(); // the first was on its way already, for an older one
    return grant ? grant.accessToken : null;
  }

  const enter = (operation: string, input: SignupInput | LoginInput) =>
    tabs.lock(async () => {
      const asked = Date.now();
      await accept(await send(url, cookie, operation, { input: { ...input, delivery } }), asked);
    });

  const session: Session = {
    get state() {
      return snapshot.state;
    },
    get userId() {
      return snapshot.userId;
    },
    signUp: (input) => enter(signup, input),
    signIn: (input) => enter(login, input),
    async signOut(scope = 'CURRENT') {
      const token = await getAccessToken();
      if (scope == 'CURRENT' && !token) return;
      const { userId } = snapshot;
      let refusal: unknown;
      await send(url, cookie, logout, { scope }, session.fetch).catch((error) => (refusal = error));
      // What the user wants to end may be over already, but not the other sessions.
      const over = grant === null || isOver(refusal);
      if (refusal && !over) throw refusal;
      if ((over || scope != 'OTHERS') && snapshot.userId == userId) await end();
      if (refusal && scope != 'CURRENT') throw refusal;
    },
    getAccessToken,
    replace,
    fetch: (input, init) => authorizedFetch(session, cookie ? url : '', input, init),
    adopt: accept,
    subscribe(listener) {
      const mine: typeof listener = (now, before) => listener(now, before); // the same may subscribe twice
      listeners.add(mine);
      return () => void listeners.delete(mine);
    },
  };

  // A server that renders pages has no cookie: it stays 'loading' there, as in the page at first.
  if (!cookie || globalThis.document) plan(0);
  // A page that was left and is gone back to has heard nothing meanwhile: not of a sign-out, nor of who signed in then.
  if (globalThis.document) globalThis.addEventListener?.('pageshow', ({ persisted }) => persisted && plan(0));
  return session;
}
