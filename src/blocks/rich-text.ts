// Text with spans, as paragraphs, list items and table cells have it: the text alone is always right to show.
import { z } from 'zod';
import { spanOffsets, spanViolations } from '../kernel/inline-text.js';
import { Id, LinkTarget } from '../kernel/scalars.js';
import type { Keep, Reference } from './block.js';
import { type Library, Quote } from './library.js';
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

const draftSpans = z
  .array(DraftSpan)
  .max(500)
  .nullish()
  .meta({ examples: [[{ start: 0, end: 5, type: 'strong' }]] });

interface DraftText {
  text: string;
  spans?: z.output<typeof draftSpans>;
}
interface ManagedText {
  text: string;
  spans: z.output<typeof Span>[];
}
interface DeliveredText {
  text: string;
  spans: z.output<typeof DeliveredSpan>[];
}
type Path = (string | number)[];

/** The two fields of a text with spans, whose words are of the given type. The draft's owner checks them by `spansFit`. */
export function richTextShapes<Words extends z.ZodType<string>>(words: Words) {
  return {
    draft: { text: words, spans: draftSpans },
    managed: { text: words, spans: z.array(Span) },
    delivered: { text: words, spans: z.array(DeliveredSpan) },
  };
}

/** A Zod check: the spans lie within their text, and nest without crossing. */
export function spansFit({ text, spans }: DraftText, context: z.RefinementCtx): void {
  for (const { index, field, code, message } of spanViolations(text, spans ?? [])) {
    const path = field === undefined ? ['spans', index] : ['spans', index, field];
    context.addIssue({ code: 'custom', path, message, params: { code } });
  }
}

/** What to keep of a text that stands at `path` within its block. */
export function storeText({ text, spans }: DraftText, keep: Keep, path: Path = []): ManagedText {
  return {
    text,
    spans: (spans ?? []).map((span, i) => {
      if (span.type !== 'quote') return span;
      const { quoteId, quote, ...range } = span;
      return { ...range, quoteId: quote ? keep('quote', quote, [...path, 'spans', i, 'quote']) : (quoteId ?? '') };
    }),
  };
}

/** The quotes that a text at `path` within its block marks. */
export function referencesOfText({ spans }: ManagedText, path: Path = []): Reference[] {
  return spans.flatMap((span, i) =>
    span.type === 'quote' ? [{ kind: 'quote' as const, id: span.quoteId, path: [...path, 'spans', i, 'quoteId'] }] : [],
  );
}

export function deliverText({ text, spans }: ManagedText, library: Library): DeliveredText {
  return {
    text,
    spans: spans.map((span) => {
      if (span.type !== 'quote') return span;
      const { quoteId, ...range } = span;
      return { ...range, quote: library.quote(quoteId) };
    }),
  };
}
