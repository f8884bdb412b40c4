// Tables of HTML. Ours are even; cells that span others are spread out.
import type { Element } from 'hast';
import { elementIn, type HtmlNode, type HtmlPhraseReader, wordsOf } from './html-phrases.js';
import type { DraftedText, Members, Place, Reading } from './story.js';

export function readHtmlTable(
  table: Element,
  reading: Reading,
  place: (node: HtmlNode) => Place,
  phrases: HtmlPhraseReader,
  read: (element: Element) => Members[],
): Members[] {
  const rows = rowsOf(table);
  const beside: Element[] = [];
  const texts = rows.map(({ cells }) =>
    cells.flatMap((cell): DraftedText[] => {
      const { text, spans, beside: others } = phrases.read(flowOf(cell));
      beside.push(...others);
      const across = Math.min(Number(cell.properties.colSpan ?? 1) || 1, 50);
      const empty = () => ({ text: '', spans: [] });
      return [reading.placed({ text, spans }, place(cell)), ...Array.from({ length: across - 1 }, empty)];
    }),
  );
  if (rows.some(({ cells }) => cells.some(({ properties }) => properties.colSpan || properties.rowSpan)))
    reading.lose(place(table), 'cells', 'cells that span others stand in the first of those; the others are empty');
  const width = Math.max(0, ...texts.map((row) => row.length));
  if (width === 0) return [];
  const even = texts
    .filter((row) => row.length > 0)
    .map((row) => [...row, ...Array.from({ length: width - row.length }, () => ({ text: '', spans: [] }))]);
  const caption = elementIn(table, 'caption');
  const [first, ...others] = rows.filter(({ cells }) => cells.length > 0);
  const headerRow = first !== undefined && (first.isHead || first.cells.every(namesColumn));
  const body = headerRow ? others : [first, ...others];
  const headerColumn = body.length > 0 && body.every((row) => row?.cells[0] !== undefined && isHeader(row.cells[0]));
  const words = caption && wordsOf(caption);
  const block = { type: 'table', ...(words && { caption: words }), headerRow, headerColumn, rows: even };
  return [block, ...beside.flatMap(read)];
}

const isHeader = ({ tagName }: Element) => tagName === 'th';
const namesColumn = (cell: Element) => isHeader(cell) && cell.properties.scope !== 'row';

interface Row {
  cells: Element[];
  isHead: boolean;
}

function rowsOf(node: Element, isHead = false): Row[] {
  return node.children.flatMap((child): Row[] => {
    if (child.type !== 'element') return [];
    if (child.tagName === 'tr') {
      const cells = child.children.filter(
        (cell): cell is Element => cell.type === 'element' && /^t[hd]$/.test(cell.tagName),
      );
      return [{ cells, isHead }];
    }
    return /^t(head|body|foot)$/.test(child.tagName) ? rowsOf(child, child.tagName === 'thead') : [];
  });
}

/** What stands in a cell as running text, paragraphs on lines of their own. */
function flowOf(cell: Element): HtmlNode[] {
  const isParagraph = (node: HtmlNode): node is Element => node.type === 'element' && /^(p|div)$/.test(node.tagName);
  const lineBreak: Element = { type: 'element', tagName: 'br', properties: {}, children: [] };
  return cell.children.flatMap((node): HtmlNode[] => (isParagraph(node) ? [...node.children, lineBreak] : [node]));
}
