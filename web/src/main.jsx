import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import 'graphiql/style.css';
import './playground.css';
import { fetcher } from './fetcher.js';
import { memory } from './memory.js';
import { operations } from './operations.js';
import { TokenStatus } from './token-status.jsx';

// GraphiQL shows the variables of the first of `defaultTabs` only if they are given once more as `variables`.
createRoot(document.getElementById('playground')).render(
  <GraphiQL
    fetcher={fetcher}
    storage={memory}
    shouldPersistHeaders={false}
    defaultTabs={operations}
    variables={operations[0].variables}
    defaultEditorToolsVisibility="variables"
  >
    <GraphiQL.Logo>
      <img src="favicon.svg" alt="" width="24" height="24" />
      Latchkey
    </GraphiQL.Logo>
    <GraphiQL.Footer>
      <TokenStatus />
    </GraphiQL.Footer>
  </GraphiQL>,
);
