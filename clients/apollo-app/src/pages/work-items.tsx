import { useMutation, useQuery } from '@apollo/client/react';
import {
  CreateWorkItemDocument, DeleteWorkItemDocument, type ItemFragment, UpdateWorkItemDocument, WorkItemsDocument,
} from '../api/work-items/graphql';
import { Field } from '../fields';
import { Form, type Values } from '../form';
import { attempt } from '../notice';
import { focusHeading, Page } from '../page';
import { workItems as client } from '../session';
import { LoadMore, Waiting } from '../waiting';

export function WorkItems() {
  const { data, error, refetch, fetchMore, loading } = useQuery(WorkItemsDocument, { client, fetchPolicy: 'cache-and-network' });
  const items = data?.workItems;
  const [create] = useMutation(CreateWorkItemDocument, { client });

  async function add({ title }: Values) {
    await create({ variables: { title } });
    await refetch();
  }

  return (
    <Page title="Work items">
      <p>These live in a service of their own, which knows you by Latchkey’s token.</p>
      {!items ? (
        <Waiting error={error} retry={refetch} />
      ) : (
        <>
          <div className="card">
            <Form id="new-item" submit="Add" action={add}>
              <Field name="title" label="What is to be done?" required autoComplete="off" maxLength={200} />
            </Form>
          </div>
          <ul className="card rows">
            {items.edges.length === 0 && <li className="hint">Nothing to do.</li>}
            {items.edges.map(({ node }) => (
              <Item key={node.id} item={node} />
            ))}
          </ul>
          {items.pageInfo.hasNextPage && (
            <LoadMore loading={loading} load={() => fetchMore({ variables: { after: items.pageInfo.endCursor } })} />
          )}
        </>
      )}
    </Page>
  );
}

function Item({ item }: { item: ItemFragment }) {
  const { id, title, done } = item;
  const [update] = useMutation(UpdateWorkItemDocument, {
    client,
    variables: { id, done: !done },
    optimisticResponse: { updateWorkItem: { workItem: { ...item, done: !done } } }, // the tick does not wait for the answer
  });
  const [remove] = useMutation(DeleteWorkItemDocument, {
    client,
    variables: { id },
    update: (cache) => cache.evict({ id: cache.identify({ __typename: 'WorkItem', id }) }),
  });

  async function removeThis() {
    await remove();
    focusHeading();
  }

  return (
    <li>
      <label className="check">
        <input type="checkbox" checked={done} onChange={() => attempt(update)} />
        <span>{title}</span>
      </label>
      <button type="button" onClick={() => attempt(removeThis, 'The item is deleted.')}>
        Delete<span className="hidden"> {title}</span>
      </button>
    </li>
  );
}
