import { h } from 'hastscript';
import { z } from 'zod';
import { line, text } from '../kernel/scalars.js';
import { blockId, defineBlock, draftBlockId } from './block.js';
import { mark } from './marks.js';
import {
  deliverText,
  htmlOfText,
  markdownOfText,
  referencesOfText,
  richTextShapes,
  shownInText,
  spansFit,
  storeText,
  titleParagraph,
} from './rich-text.js';

const rowsMax = 500;
const columnsMax = 50;

const shapes = richTextShapes(text(2000).meta({ description: 'May be empty.', example: 'Gas' }));
const type = z.literal('table');
const caption = line(300).meta({ example: 'What Belarus buys from Russia' });
const headerRow = z.boolean().meta({ description: 'Whether the first row names the columns.', example: true });
const headerColumn = z.boolean().meta({ description: 'Whether the first column names the rows.', example: false });

const CellDraft = z.strictObject(shapes.draft).superRefine(spansFit).meta({ id: 'TableCellDraft' });
const ManagedCell = z.object(shapes.managed).meta({ id: 'ManagedTableCell' });
const Cell = z.object(shapes.delivered).meta({ id: 'TableCell' });
const parts = { caption: caption.nullable(), headerRow, headerColumn };

/** A Zod check: every row has as many cells as the first. */
function isRectangular({ rows }: { rows: unknown[][] }, context: z.RefinementCtx): void {
  const width = rows[0]?.length ?? 0;
  rows.forEach((row, i) => {
    if (row.length === width) return;
    const message = `has ${row.length} cells, and the first row ${width}`;
    context.addIssue({ code: 'custom', path: ['rows', i], message, params: { code: 'uneven_rows' } });
  });
}

interface Delivered {
  caption: string | null;
  headerRow: boolean;
  headerColumn: boolean;
  rows: z.output<typeof Cell>[][];
}

function htmlOfTable({ caption: words, headerRow: isHeaded, headerColumn: isSided, rows }: Delivered) {
  const rowOf = (row: z.output<typeof Cell>[], isHead: boolean) =>
    h(
      'tr',
      row.map((cell, c) => {
        if (isHead) return h('th', { scope: 'col' }, htmlOfText(cell));
        return isSided && c === 0 ? h('th', { scope: 'row' }, htmlOfText(cell)) : h('td', htmlOfText(cell));
      }),
    );
  const head = isHeaded ? rows.slice(0, 1) : [];
  const body = rows.slice(head.length);
  return h('table', [
    words === null ? null : h('caption', words),
    head.length === 0
      ? null
      : h(
          'thead',
          head.map((row) => rowOf(row, true)),
        ),
    body.length === 0
      ? null
      : h(
          'tbody',
          body.map((row) => rowOf(row, false)),
        ),
  ]);
}

export const table = defineBlock({
  type: 'table',
  draft: z
    .strictObject({
      ...draftBlockId,
      type,
      caption: caption.nullish(),
      headerRow: headerRow.nullish(),
      headerColumn: headerColumn.nullish(),
      rows: z.array(z.array(CellDraft).min(1).max(columnsMax)).min(1).max(rowsMax),
    })
    .superRefine(isRectangular)
    .meta({ id: 'TableDraft', description: 'Every row has as many cells as the first.' }),
  managed: z.object({ ...blockId, type, ...parts, rows: z.array(z.array(ManagedCell)) }).meta({ id: 'ManagedTable' }),
  delivered: z.object({ ...blockId, type, ...parts, rows: z.array(z.array(Cell)) }).meta({ id: 'Table' }),

  store: (block, keep) => ({
    caption: block.caption ?? null,
    headerRow: block.headerRow ?? false,
    headerColumn: block.headerColumn ?? false,
    rows: block.rows.map((row, r) => row.map((cell, c) => storeText(cell, keep, ['rows', r, c]))),
  }),
  references: ({ rows }) => rows.flatMap((row, r) => row.flatMap((cell, c) => referencesOfText(cell, ['rows', r, c]))),
  deliver: ({ rows, ...block }, library) => ({
    caption: block.caption,
    headerRow: block.headerRow,
    headerColumn: block.headerColumn,
    rows: rows.map((row) => row.map((cell) => deliverText(cell, library))),
  }),
  readingText: ({ caption: words, rows }) => [words ?? '', ...rows.flat().map((cell) => cell.text)].join('\n'),
  shown: ({ rows }) => rows.flat().flatMap(shownInText),
  html: (block) => [htmlOfTable(block)],
  markdown: ({ caption: words, headerRow: isHeaded, headerColumn: isSided, rows }) => {
    // The tables of Markdown always have a header row.
    const head = isHeaded
      ? []
      : [
          {
            type: 'tableRow' as const,
            children: (rows[0] ?? []).map(() => ({ type: 'tableCell' as const, children: [] })),
          },
        ];
    const body = rows.map((row) => ({
      type: 'tableRow' as const,
      children: row.map((cell) => ({ type: 'tableCell' as const, children: markdownOfText(cell) })),
    }));
    const told = mark('table', { isTitled: words !== null, headerRow: isHeaded, headerColumn: isSided });
    return [told, ...titleParagraph(words), { type: 'table', children: [...head, ...body] }];
  },
  plainText: ({ caption: words, rows }) =>
    [words, ...rows.map((row) => row.map((cell) => cell.text.replaceAll(/\s/g, ' ')).join('\t'))]
      .filter((line) => line !== null)
      .join('\n'),
});
