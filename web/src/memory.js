// Takes the place of localStorage, where GraphiQL would leave operations and variables (passwords!) for whoever uses
// this browser next. The one entry makes the variables pane high enough for the examples.
const items = new Map([['graphiql:secondaryEditorFlex', '2']]);

export const memory = {
  getItem: (key) => items.get(key) ?? null,
  setItem: (key, value) => items.set(key, value),
  removeItem: (key) => items.delete(key),
  clear: () => items.clear(),
  get length() {
    return items.size;
  },
};
