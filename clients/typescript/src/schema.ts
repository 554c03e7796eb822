// Generated from schema.graphqls by generate.mjs. DO NOT EDIT.

/**
 * The stable values of `extensions.code` in errors. Messages are for people, codes for programs. No error repeats a value
 * that was sent.
 */
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];
export const ErrorCode = {
  /** No valid access token on a field that needs one; `reason` is a `TokenProblem`. */
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  /** The viewer is signed in, but not allowed to. Whether the thing exists is not told. */
  FORBIDDEN: 'FORBIDDEN',
  /** Wrong password, unknown account or disabled account. */
  INVALID_CREDENTIALS: 'INVALID_CREDENTIALS',
  /** The refresh token is unknown or expired, its session has ended, or there is none: log in again. */
  INVALID_REFRESH_TOKEN: 'INVALID_REFRESH_TOKEN',
  /** A refresh token came back long after it was used. Its session has been ended: log in again. */
  REFRESH_TOKEN_REUSED: 'REFRESH_TOKEN_REUSED',
  /**
   * An argument is not acceptable; one error for each problem. `field` names it (`input.email`); `reason` is one of
   * REQUIRED BLANK TOO_SHORT TOO_LONG INVALID_FORMAT NOT_ALLOWED, with `min` or `max` where there is a bound.
   */
  BAD_USER_INPUT: 'BAD_USER_INPUT',
  /** Another account has this e-mail address. `field` names the argument. */
  EMAIL_TAKEN: 'EMAIL_TAKEN',
  /** Another account has this username. `field` names the argument. */
  USERNAME_TAKEN: 'USERNAME_TAKEN',
  /**
   * The password breaks the policy. `field` names it; `reason` is the first that applies: TOO_SHORT (with `min`, in characters),
   * TOO_LONG (with `max`, in bytes), COMMON (many people have it), CONTAINS_IDENTITY (an e-mail address, username or name of the
   * account, or a part of it) or CONTAINS_BLOCKED_WORD (one that the operator chose). Letter case makes no difference.
   */
  WEAK_PASSWORD: 'WEAK_PASSWORD',
  /** Too many tries. `retryAfter` is how many seconds to wait before the next one. */
  RATE_LIMITED: 'RATE_LIMITED',
  /** There is nothing with this id that the viewer may act on. */
  NOT_FOUND: 'NOT_FOUND',
  /** Accounts are created by administrators only. */
  SIGNUP_CLOSED: 'SIGNUP_CLOSED',
  /** This would leave no enabled administrator. */
  LAST_ADMINISTRATOR: 'LAST_ADMINISTRATOR',
  /** A dependency is down or the server is saturated, and nothing was applied. Safe to retry after `retryAfter` seconds. */
  UNAVAILABLE: 'UNAVAILABLE',
  /** The connection to the database broke during commit: the change may have been applied or not. */
  OUTCOME_UNKNOWN: 'OUTCOME_UNKNOWN',
  /** A defect in the server. `requestId` finds its cause in the server's log. */
  INTERNAL: 'INTERNAL',
  /** The document is not GraphQL. */
  GRAPHQL_PARSE_FAILED: 'GRAPHQL_PARSE_FAILED',
  /** The document or its variables do not fit this schema. */
  GRAPHQL_VALIDATION_FAILED: 'GRAPHQL_VALIDATION_FAILED',
  /**
   * The request asks for too much at once: more than one field in a mutation or 20 at the top of a query; more than 2,000 tokens
   * in the document, 50 operations and fragments, 50 aliases, 50 directives, 100 variables, 1,000 fields once fragments are
   * spread, 20 fields or 5 values in each other; more than 20,000 values in the answer if all lists are as long as they may be;
   * or introspection through more than three lists.
   */
  OPERATION_TOO_COMPLEX: 'OPERATION_TOO_COMPLEX',
  /**
   * The server does not know the document with this hash, or has forgotten it: send both (automatic persisted queries). Clients
   * that speak this protocol do so by themselves.
   */
  PERSISTED_QUERY_NOT_FOUND: 'PERSISTED_QUERY_NOT_FOUND',
  /** The request is not GraphQL over HTTP, is a batch of several, or is larger than 64 KiB. */
  BAD_REQUEST: 'BAD_REQUEST',
} as const;

/** Which sessions a logout ends. */
export type LogoutScope = 'CURRENT' | 'OTHERS' | 'ALL';

/** How refresh tokens reach the client. */
export type TokenDelivery = 'BODY' | 'COOKIE';

/** A new account. An e-mail address or a username is required; both are allowed. */
export interface SignupInput {
  /** At most 254 bytes. Stored trimmed and lower-cased. */
  email?: string | null;
  /** 3 to 32 of ASCII letters, digits, `.`, `_` and `-`. Stored trimmed and lower-cased. */
  username?: string | null;
  /** At most 200 characters. Stored trimmed. */
  name?: string | null;
  /**
   * At least 8 characters (the server may ask for more) and at most 256 bytes, whichever they are, used exactly as sent. Not
   * among the most common passwords, and without the e-mail address, the username, the name and the words that the server
   * blocks.
   */
  password: string;
}

/** What someone signs in with. */
export interface LoginInput {
  /** An e-mail address or a username; case and surrounding spaces do not matter. */
  identifier: string;
  /** Used exactly as sent. At most 1024 bytes. */
  password: string;
}
