import { z } from 'zod';
import { spanOffsets, spanViolations } from '../kernel/inline-text.js';
import { Id, LinkTarget, text } from '../kernel/scalars.js';
import { blockId, defineBlock, draftBlockId } from './block.js';
import { Quote } from './library.js';
import { exactlyOne, quoteReference } from './reference-fields.js';

const mark = (type: 'strong' | 'emphasis' | 'code') => z.strictObject({ ...spanOffsets, type: z.literal(type) });
const link = z.strictObject({ ...spanOffsets, type: z.literal('link'), href: LinkTarget });
const quoteSpan = { ...spanOffsets, type: z.literal('quote') };
const marks = [mark('strong'), mark('emphasis'), mark('code'), link] as const;

const DraftSpan = z
  .discriminatedUnion('type', [
    ...marks,
    z.strictObject({ ...quoteSpan, ...quoteReference }).superRefine(exactlyOne('quote')),
  ])
  .meta({ id: 'SpanDraft', description: 'A stretch of a text that means more than its words.' });
const Span = z
  .discriminatedUnion('type', [...marks, z.strictObject({ ...quoteSpan, quoteId: Id })])
  .meta({ id: 'ManagedSpan' });
const DeliveredSpan = z.discriminatedUnion('type', [...marks, z.strictObject({ ...quoteSpan, quote: Quote })]).meta({
  id: 'Span',
  description: 'A stretch of a text that means more than its words; a quote span carries the whole quote.',
});

const body = text(20_000, 1).meta({
  description: 'The words, always right to show as they are.',
  example: 'Putin was in Minsk on Monday.',
});
const spanExample = [{ start: 0, end: 5, type: 'strong' }];

export const paragraph = defineBlock({
  type: 'paragraph',
  draft: z
    .strictObject({
      ...draftBlockId,
      type: z.literal('paragraph'),
      text: body,
      spans: z
        .array(DraftSpan)
        .max(500)
        .nullish()
        .meta({ examples: [spanExample] }),
    })
    .superRefine((block, context) => {
      for (const { index, field, code, message } of spanViolations(block.text, block.spans ?? [])) {
        const path = field === undefined ? ['spans', index] : ['spans', index, field];
        context.addIssue({ code: 'custom', path, message, params: { code } });
      }
    })
    .meta({ id: 'ParagraphDraft' }),
  managed: z
    .object({ ...blockId, type: z.literal('paragraph'), text: body, spans: z.array(Span) })
    .meta({ id: 'ManagedParagraph' }),
  delivered: z
    .object({ ...blockId, type: z.literal('paragraph'), text: body, spans: z.array(DeliveredSpan) })
    .meta({ id: 'Paragraph' }),

  store: ({ text: words, spans }, keep) => ({
    text: words,
    spans: (spans ?? []).map((span, i) => {
      if (span.type !== 'quote') return span;
      const { quoteId, quote, ...range } = span;
      return { ...range, quoteId: quote ? keep('quote', quote, ['spans', i, 'quote']) : (quoteId ?? '') };
    }),
  }),
  references: ({ spans }) =>
    spans.flatMap((span, i) =>
      span.type === 'quote' ? [{ kind: 'quote' as const, id: span.quoteId, path: ['spans', i, 'quoteId'] }] : [],
    ),
  deliver: ({ text: words, spans }, library) => ({
    text: words,
    spans: spans.map((span) => {
      if (span.type !== 'quote') return span;
      const { quoteId, ...range } = span;
      return { ...range, quote: library.quote(quoteId) };
    }),
  }),
  readingText: (block) => block.text,
});
