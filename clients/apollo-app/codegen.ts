import type { CodegenConfig } from '@graphql-codegen/cli';

/** Two APIs, two schemas: the operations for each are checked against its own. */
const api = (name: string, schema: string) => ({
  [`src/api/${name}/`]: {
    preset: 'client' as const,
    schema,
    documents: `src/api/${name}.graphql`,
    presetConfig: { fragmentMasking: false },
    config: { scalars: { DateTime: 'string', ID: 'string' }, useTypeImports: true },
  },
});

const config: CodegenConfig = {
  generates: {
    ...api('latchkey', '../../schema.graphqls'),
    ...api('work-items', '../work-items/schema.graphqls'),
  },
};

export default config;
