// Lists of Markdown, which may hold anything; ours hold texts, three levels deep.
import type { BlockContent, List, ListItem } from 'mdast';
import { type PhraseReader, type Picture, placeOfNode } from './markdown-phrases.js';
import { joinedTexts } from './rich-text.js';
import type { DraftedText, Members, Reading } from './story.js';

const depthMax = 3;

interface Item extends DraftedText {
  items: Item[];
}

export interface ListRead {
  block: Members | undefined;
  /** What stood in its items and is no text: it comes behind the list. */
  beside: BlockContent[];
  pictures: Picture[];
}

export function readList(list: List, reading: Reading, phrases: PhraseReader): ListRead {
  const beside: BlockContent[] = [];
  const pictures: Picture[] = [];
  const place = placeOfNode(list);
  const ordered = list.ordered === true;
  if (ordered && (list.start ?? 1) !== 1)
    reading.lose(place, 'list_start', `the list begins with 1, and not with ${list.start}`);

  function itemsOf(inner: List, depth: number): Item[] {
    if ((inner.ordered === true) !== ordered)
      reading.lose(placeOfNode(inner), 'list_kind', 'a list within another is numbered as that one is');
    return inner.children.flatMap((item) => itemOf(item, depth));
  }

  function itemOf(item: ListItem, depth: number): Item[] {
    let text: DraftedText = { text: '', spans: [] };
    const items: Item[] = [];
    for (const child of item.children) {
      if (child.type === 'paragraph') {
        const read = phrases.read(child.children);
        pictures.push(...read.pictures);
        text = text.text === '' ? { text: read.text, spans: read.spans } : joinedTexts(text, '\n', read);
      } else if (child.type === 'list') items.push(...itemsOf(child, depth + 1));
      else if (child.type !== 'html' || !child.value.startsWith('<!--')) beside.push(child as BlockContent);
    }
    if (text.text === '') return items;
    const own = reading.placed({ ...text, items }, placeOfNode(item));
    if (depth < depthMax || items.length === 0) return [own];
    reading.lose(placeOfNode(item), 'list_depth', `what is nested deeper than ${depthMax} levels stands on the third`);
    return [reading.placed({ ...text, items: [] }, placeOfNode(item)), ...items];
  }

  const items = list.children.flatMap((item) => itemOf(item, 1));
  for (const block of beside)
    reading.lose(
      placeOfNode(block),
      'list_item',
      'items hold only texts and lists: what else there is comes behind the list',
    );
  return {
    block: items.length > 0 ? { type: 'list', ordered, items: leavesOf(items, reading, 1) } : undefined,
    beside,
    pictures,
  };
}

/** The deepest items have no lists of their own, not even empty ones. */
function leavesOf(items: readonly Item[], reading: Reading, depth: number): Members[] {
  return items.map((item) => {
    const { items: inner, ...text } = item;
    return reading.sameAs(item, depth < depthMax ? { ...text, items: leavesOf(inner, reading, depth + 1) } : text);
  });
}
