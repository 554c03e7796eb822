import { CombinedGraphQLErrors } from '@apollo/client';
import { type ErrorCode, type GraphQLError, LatchkeyError } from '@latchkey/client';

export interface Problems {
  /** By the name of the field they are about. */
  fields: Record<string, string>;
  /** About the whole. */
  general: string[];
}

/** What went wrong, for a form with these fields. */
export function problems(error: unknown, names: string[] = []): Problems {
  const found: Problems = { fields: {}, general: [] };
  for (const problem of errorsIn(error)) {
    const name = fieldOf(problem);
    if (name && names.includes(name)) found.fields[name] = sentence(problem);
    else found.general.push(sentence(problem));
  }
  return found;
}

export const sentences = (error: unknown) => problems(error).general.join(' ');

const unreachable: GraphQLError = { message: 'The server can’t be reached. Try again in a moment.' };

function errorsIn(error: unknown): readonly GraphQLError[] {
  if (CombinedGraphQLErrors.is(error) || error instanceof LatchkeyError) return error.errors;
  return [unreachable];
}

/** `input.email` is the field called email. A wrong password is about the current one, where that was asked for. */
function fieldOf({ extensions }: GraphQLError) {
  if (extensions?.code === 'INVALID_CREDENTIALS') return 'currentPassword';
  return extensions?.field?.split('.').at(-1);
}

type Details = NonNullable<GraphQLError['extensions']>;

/** What the app says itself. For the rest, the server's messages are meant for people too. */
const words: { [Code in ErrorCode]?: (details: Details) => string | undefined } = {
  UNAUTHENTICATED: () => 'The server does not accept your sign-in any more. Sign in again.',
  FORBIDDEN: () => 'You may not do this. Perhaps your role has changed.',
  BAD_USER_INPUT: length,
  EMAIL_TAKEN: () => 'There is an account with this e-mail address already.',
  USERNAME_TAKEN: () => 'This username is taken.',
  WEAK_PASSWORD: (details) => weak[details.reason ?? ''] ?? length(details),
  NOT_FOUND: () => 'This is not there any more.',
  SIGNUP_CLOSED: () => 'New accounts are made by an administrator here: ask yours.',
  LAST_ADMINISTRATOR: () => 'This is the only administrator left. Make someone else one first.',
  RATE_LIMITED: ({ retryAfter }) => `Too many tries. Wait ${duration(retryAfter)}, then try again.`,
  UNAVAILABLE: ({ retryAfter }) => `The server is busy, and nothing was changed. Try again in ${duration(retryAfter)}.`,
  OUTCOME_UNKNOWN: () => 'The connection broke at the last moment. Reload to see whether this was done.',
  INTERNAL: ({ requestId }) => `Something is broken on our side. If you report it, mention ${requestId}.`,
};

const weak: Record<string, string> = {
  COMMON: 'Too many people use this password. Choose another one.',
  CONTAINS_IDENTITY: 'The password must not contain your name, your username or your e-mail address, nor a part of them.',
  CONTAINS_BLOCKED_WORD: 'The password contains a word that is easy to guess here.',
};

const sentence = ({ message, extensions }: GraphQLError) => words[extensions?.code as ErrorCode]?.(extensions!) ?? message;

function length({ reason, min, max }: Details) {
  if (reason === 'TOO_SHORT') return `Use at least ${min} characters.`;
  if (reason === 'TOO_LONG') return `Use at most ${max} characters.`;
}

function duration(seconds = 1) {
  const [count, unit] = seconds < 90 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
