// How the schema has to be written: `npm run lint`. All of graphql-eslint's recommended rules and those of Relay hold, but for the
// exceptions below.
import graphql from '@graphql-eslint/eslint-plugin';

const { rules: recommended } = graphql.configs['flat/schema-recommended'];
const { rules: relay } = graphql.configs['flat/schema-relay'];

// Exceptions from rules that take no options.
const excepted = [
  // No field returns one: they are in the extensions of errors.
  'Enum type `ErrorCode` is unreachable.',
  // It is not the user's name, which is `name`.
  'Field "username" starts with the name of the parent type "User"',
];

export default [
  {
    files: ['**/*.graphqls'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: 'schema.graphqls' } } },
    processor: {
      meta: { name: 'exceptions' },
      preprocess: (text) => [text],
      postprocess: ([problems]) => problems.filter(({ message }) => !excepted.includes(message)),
    },
    rules: {
      ...recommended,
      ...relay,
      // The recommended ones leave out arguments, values and the fields of inputs.
      '@graphql-eslint/require-description': [
        'error',
        { types: true, DirectiveDefinition: true, FieldDefinition: true, InputValueDefinition: true, EnumValueDefinition: true },
      ],
      '@graphql-eslint/strict-id-in-types': [
        'error',
        {
          exceptions: {
            // What comes once in an answer, and is nothing to fetch again or to keep in a cache by itself.
            suffixes: ['Payload', 'Connection', 'Edge'],
            types: ['PageInfo', 'TokenStatus'],
          },
        },
      ],
      // `users` is paged forwards only: there is one order, the newest first, and nobody begins at its end.
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
      // Short lists need no pages: the sessions of a user, the ids in a payload, the `nodes` of one page.
      '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false }],
    },
  },
];
