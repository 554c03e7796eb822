import {
  commitMutation,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  getFragment,
  getRequest,
  getSingularSelector,
  Network,
  RecordSource,
  Store,
} from 'relay-runtime';
import type { GraphQLTaggedNode, MutationParameters, OperationType, PayloadData } from 'relay-runtime';

/** The types of Relay know nothing of extensions. */
type Errors = { message: string; extensions: { code: string } }[];

const codes = (errors: Errors = []) => errors.map(({ extensions }) => extensions.code);

/** The codes in an error that Relay throws because an answer has no data. */
export const codesOf = (error: { source: { errors: Errors } }) => codes(error.source.errors);

/** Relay on a server, and what the hooks of react-relay do, as functions. */
export function connect(origin: string) {
  const client = { token: '', requests: 0, unheard: [] as string[] };
  const environment = new Environment({
    network: Network.create(async ({ text }, variables) => {
      client.requests++;
      const response = await fetch(`${origin}/graphql`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...(client.token && { Authorization: `Bearer ${client.token}` }) },
        body: JSON.stringify({ query: text, variables }),
      });
      const answer = (await response.json()) as { data: PayloadData; errors?: Errors };
      if (answer.data) client.unheard.push(...codes(answer.errors));
      return answer;
    }),
    store: new Store(new RecordSource()),
  });
  return Object.assign(client, {
    async query<Query extends OperationType>(query: GraphQLTaggedNode, variables: Query['variables']) {
      environment.retain(createOperationDescriptor(getRequest(query), variables));
      return (await fetchQuery<Query>(environment, query, variables).toPromise()) as Query['response'];
    },
    mutate<Mutation extends MutationParameters>(mutation: GraphQLTaggedNode, variables: Mutation['variables']) {
      return new Promise<Mutation['response']>((resolve, reject) =>
        commitMutation<Mutation>(environment, { mutation, variables, onCompleted: resolve, onError: reject }),
      );
    },
    /** What a component with this query shows now. */
    shown<Query extends OperationType>(query: GraphQLTaggedNode, variables: Query['variables']) {
      return environment.lookup(createOperationDescriptor(getRequest(query), variables).fragment).data as Query['response'];
    },
    /** What a component with this fragment shows now. */
    fragment<Key extends { readonly ' $data'?: unknown }>(fragment: GraphQLTaggedNode, key: Key) {
      return environment.lookup(getSingularSelector(getFragment(fragment), key)).data as NonNullable<Key[' $data']>;
    },
    /** Whether the store has something under this id. */
    knows: (id: string) => environment.getStore().getSource().getStatus(id) === 'EXISTENT',
  });
}
