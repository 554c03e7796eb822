import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  // The file, or the URL of a server, which is then asked for its schema: http://localhost:8080/graphql
  schema: process.env.SCHEMA ?? '../../../schema.graphqls',
  documents: ['story.ts'],
  generates: {
    './generated/': {
      preset: 'client',
      // The name it has by default, useFragment, looks like a hook of React, and is none.
      presetConfig: { fragmentMasking: { unmaskFunctionName: 'getFragmentData' } },
      config: {
        // Documents as strings are all that fetch needs. Apollo and urql take them parsed: leave this out there.
        documentMode: 'string',
        // Ids are strings. A scalar that is not named here is an error, rather than `any`.
        scalars: { DateTime: 'string', ID: 'string' },
        strictScalars: true,
        // For verbatimModuleSyntax, which Vite's template switches on.
        useTypeImports: true,
      },
    },
  },
};

export default config;
