// Elements of the page. Text goes in as text only, so nothing that a story says is ever markup.

type Child = Node | string | null;

export function make(name: string, attributes: Record<string, string | number | null> = {}, ...children: Child[]) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes))
    if (value !== null) element.setAttribute(attribute, String(value));
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** An element for a text that there may be. */
export function maybe(name: string, text: string | null, attributes: Record<string, string> = {}) {
  return text === null ? null : make(name, attributes, text);
}

/** The place in the page with an id. */
export function place(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found;
}
