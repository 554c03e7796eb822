import type { LoginInput, LogoutScope, SignupInput, TokenDelivery } from './schema.js';

export interface SessionOptions {
  /** Latchkey's GraphQL endpoint, as in https://id.example.org/graphql. */
  url: string;
  /** How the refresh token is kept: in a cookie, or in `storage`. BODY by default. */
  delivery?: TokenDelivery;
  /** Where the refresh token is kept with BODY. In memory by default: reloading the page signs out then. */
  storage?: Storage;
}

/**
 * Keeps one refresh token, for all tabs of an origin, as localStorage does; sessionStorage does not. What `get` throws, `getAccessToken` throws, and
 * it is asked again later: where it can never work, let it return null. What `set` throws, `signIn` and `signOut` throw, and are done all the same.
 */
export interface Storage {
  get(): string | null | Promise<string | null>;
  set(token: string | null): void | Promise<void>;
}

export interface Snapshot {
  /** 'loading' until it is known whether someone is signed in. */
  readonly state: 'loading' | 'in' | 'out';
  /** The user's id while someone is signed in. */
  readonly userId: string | null;
}

/** What `login`, `signup`, `refreshToken` and `updateUser { auth }` answer. */
export interface AuthPayload {
  accessToken: string;
  refreshToken?: string | null;
  /** Seconds. */
  expiresIn: number;
  user: { id: string };
}

export interface Session extends Snapshot {
  /** Creates an account and signs it in. Throws a LatchkeyError if that is refused. */
  signUp(input: SignupInput): Promise<void>;
  /** Signs in. Throws a LatchkeyError if that is refused. */
  signIn(input: LoginInput): Promise<void>;
  /**
   * Ends this session, all others of the user, or all. Throws if the server can't be reached; then everything is as it was.
   */
  signOut(scope?: LogoutScope): Promise<void>;
  /**
   * The access token, refreshed first if it has expired; null if nobody is signed in. Throws if it takes a refresh and the server can't
   * do it now: nobody is signed out by that.
   */
  getAccessToken(): Promise<string | null>;
  /** The access token that takes the place of one that was refused; null if nobody is signed in any more. */
  replace(refused: string): Promise<string | null>;
  /**
   * `fetch` with the access token. If that is refused (the GraphQL error UNAUTHENTICATED, or status 401) it is refreshed and the request sent once
   * more, unless something may have been executed. For your own API and for Latchkey: whoever is asked gets the token.
   */
  fetch: typeof globalThis.fetch;
  /** Goes on with the session that a password change opened: the `auth` of `updateUser`. */
  adopt(auth: AuthPayload): Promise<void>;
  /** Calls back whenever the state or the user changes. Returns what ends that. */
  subscribe(listener: (now: Snapshot, before: Snapshot) => void): () => void;
}
