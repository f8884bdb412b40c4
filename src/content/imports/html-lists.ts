// Lists of HTML, which may hold anything; ours hold texts, three levels deep.
import type { Element } from 'hast';
import { groupsOf, type HtmlNode, type HtmlPhraseReader } from './html-phrases.js';
import { joinedTexts } from './rich-text.js';
import type { DraftedText, Members, Place, Reading } from './story.js';

const depthMax = 3;
const isList = ({ tagName }: Element) => /^(ul|ol|menu)$/.test(tagName);

/** A list as a draft has it, and the elements in it that are no text: they come behind it. */
export function readHtmlList(
  list: Element,
  reading: Reading,
  place: (node: HtmlNode) => Place,
  phrases: HtmlPhraseReader,
): (Members | Element)[] {
  const beside: Element[] = [];
  const ordered = list.tagName === 'ol';
  const { start } = list.properties;
  if (ordered && typeof start === 'number' && start !== 1)
    reading.lose(place(list), 'list_start', `the list begins with 1, and not with ${start}`);

  function itemsOf(inner: Element, depth: number): Members[] {
    if ((inner.tagName === 'ol') !== ordered)
      reading.lose(place(inner), 'list_kind', 'a list within another is numbered as that one is');
    return inner.children.flatMap((child) => {
      if (child.type !== 'element') return [];
      return isList(child) ? itemsOf(child, depth) : itemOf(child, depth);
    });
  }

  function itemOf(item: Element, depth: number): Members[] {
    let text: DraftedText = { text: '', spans: [] };
    const inner: Members[] = [];
    const write = (nodes: readonly HtmlNode[]) => {
      const read = phrases.read(nodes);
      beside.push(...read.beside);
      if (read.text === '') return;
      text = text.text === '' ? { text: read.text, spans: read.spans } : joinedTexts(text, '\n', read);
    };
    for (const group of groupsOf(item.children)) {
      if (Array.isArray(group)) write(group);
      else if (isList(group)) inner.push(...itemsOf(group, depth + 1));
      else if (/^(p|div)$/.test(group.tagName)) write(group.children);
      else beside.push(group);
    }
    if (text.text === '') return inner;
    if (depth < depthMax) return [reading.placed({ ...text, items: inner }, place(item))];
    if (inner.length > 0)
      reading.lose(place(item), 'list_depth', `what is nested deeper than ${depthMax} levels stands on the third`);
    return [reading.placed({ ...text }, place(item)), ...inner];
  }

  const items = itemsOf(list, 1);
  for (const element of beside)
    reading.lose(
      place(element),
      'list_item',
      'items hold only texts and lists: what else there is comes behind the list',
    );
  return [...(items.length > 0 ? [{ type: 'list', ordered, items }] : []), ...beside];
}
