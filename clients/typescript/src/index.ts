/**
 * Sign-in for front ends of Latchkey. `createSession` holds the tokens of whoever is signed in: it refreshes them before they expire
 * and when they are refused, once for all requests and all tabs, and tells when someone signs in or out.
 *
 * The access token stays in memory. The refresh token is in a cookie that no script can read (`delivery: 'COOKIE'`), or
 * where `storage` keeps it (`delivery: 'BODY'`).
 */
export { createSession } from './session.js';
export type { AuthPayload, Session, SessionOptions, Snapshot, Storage } from './types.js';
export { errorCode, LatchkeyError } from './errors.js';
export type { GraphQLError } from './errors.js';
export { ErrorCode } from './schema.js';
export type { LoginInput, LogoutScope, SignupInput, TokenDelivery } from './schema.js';
