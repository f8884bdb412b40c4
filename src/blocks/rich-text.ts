// Text with spans, as paragraphs, list items and table cells have it: the text alone is always right to show.
import type { ElementContent } from 'hast';
import { h } from 'hastscript';
import type { Paragraph, PhrasingContent } from 'mdast';
import { z } from 'zod';
import { type InlineNode, inlineTree, spanOffsets, spanViolations } from '../kernel/inline-text.js';
import { Id, LinkTarget } from '../kernel/scalars.js';
import type { Keep, Reference, Shown } from './block.js';
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

/** A text with spans, and where it stands. */
export interface PlacedText extends ManagedText {
  path: Path;
}

/** Every text with spans in a part of a story at `path`, such as a block, however deep it stands. */
export function textsIn(part: unknown, path: Path = []): PlacedText[] {
  if (Array.isArray(part)) return part.flatMap((item, i) => textsIn(item, [...path, i]));
  if (typeof part !== 'object' || part === null) return [];
  if (isText(part)) return [{ text: part.text, spans: part.spans, path }, ...membersOf(part, path)];
  return membersOf(part, path);
}

function membersOf(part: object, path: Path): PlacedText[] {
  return Object.entries(part).flatMap(([name, member]) => (name === 'spans' ? [] : textsIn(member, [...path, name])));
}

function isText(part: object): part is ManagedText {
  return 'text' in part && typeof part.text === 'string' && 'spans' in part && Array.isArray(part.spans);
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

/** The quotes that a text marks. */
export function shownInText({ spans }: DeliveredText): Shown[] {
  return spans.flatMap((span) => (span.type === 'quote' ? [{ kind: 'quote' as const, quote: span.quote }] : []));
}

type DeliveredSpan = DeliveredText['spans'][number];

/** A text with its spans as HTML. A quote span is a mark only, since the words have their own quotation marks. */
export function htmlOfText({ text, spans }: DeliveredText): ElementContent[] {
  return inlineTree(text, spans).flatMap(htmlOfNode);
}

function htmlOfNode(node: InlineNode<DeliveredSpan>): ElementContent[] {
  if ('text' in node)
    return linesOf(node.text).flatMap((line, i) => (i === 0 ? textOf(line) : [h('br'), ...textOf(line)]));
  const { span } = node;
  const children = node.children.flatMap(htmlOfNode);
  if (span.type === 'link') return [h('a', { href: span.href }, children)];
  if (span.type === 'quote') return [h('span', { className: ['quote'], dataQuoteId: span.quote.id }, children)];
  return [h({ strong: 'strong', emphasis: 'em', code: 'code' }[span.type], children)];
}

/** A text with its spans as Markdown. */
export function markdownOfText({ text, spans }: DeliveredText): PhrasingContent[] {
  return joined(inlineTree(text, spans).flatMap((node) => markdownOfNode(node, text)));
}

/** Marks of one kind that touch are one: between them Markdown could not tell the end of the first from the next. */
function joined(nodes: readonly PhrasingContent[]): PhrasingContent[] {
  return nodes.reduce<PhrasingContent[]>((done, node) => {
    const last = done.at(-1);
    if (last?.type === 'inlineCode' && node.type === 'inlineCode') last.value += node.value;
    else if (last?.type === 'strong' && node.type === 'strong')
      last.children = joined([...last.children, ...node.children]);
    else if (last?.type === 'emphasis' && node.type === 'emphasis')
      last.children = joined([...last.children, ...node.children]);
    else done.push(node);
    return done;
  }, []);
}

function markdownOfNode(node: InlineNode<DeliveredSpan>, text: string): PhrasingContent[] {
  if ('text' in node)
    return linesOf(node.text).flatMap((line, i) => (i === 0 ? textOf(line) : [{ type: 'break' }, ...textOf(line)]));
  const { span } = node;
  if (span.type === 'code') return [{ type: 'inlineCode', value: text.slice(span.start, span.end) }];
  const children = joined(node.children.flatMap((child) => markdownOfNode(child, text)));
  if (span.type === 'link') return [{ type: 'link', url: span.href, children }];
  return span.type === 'quote' ? children : [{ type: span.type, children }];
}

function linesOf(text: string): string[] {
  return text.split('\n');
}

function textOf(value: string): { type: 'text'; value: string }[] {
  return value === '' ? [] : [{ type: 'text', value }];
}

/** A title as a paragraph of strong words, where Markdown has nothing for it. */
export function titleParagraph(title: string | null): Paragraph[] {
  if (title === null) return [];
  return [{ type: 'paragraph', children: [{ type: 'strong', children: [{ type: 'text', value: title }] }] }];
}
