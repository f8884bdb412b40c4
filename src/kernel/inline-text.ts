import { z } from 'zod';

/** A stretch of text, in UTF-16 code units, end exclusive. */
export interface Range {
  start: number;
  end: number;
}

export const spanOffsets = {
  start: z.int().min(0).meta({ description: 'First UTF-16 code unit of the span.', example: 0 }),
  end: z.int().min(1).meta({ description: 'UTF-16 code unit after the last of the span.', example: 8 }),
};

/** What is wrong with spans over a text: each with its index, a code and a message. */
export function spanViolations(
  text: string,
  spans: readonly (Range & { type: string })[],
): { index: number; field: 'start' | 'end' | undefined; code: string; message: string }[] {
  const found: ReturnType<typeof spanViolations> = [];
  spans.forEach((span, index) => {
    if (span.end <= span.start) {
      found.push({ index, field: 'end', code: 'empty_span', message: 'must be greater than start' });
    } else if (span.end > text.length) {
      found.push({
        index,
        field: 'end',
        code: 'span_outside_text',
        message: `is beyond the text, which has ${text.length} UTF-16 code units`,
      });
    } else {
      for (const field of ['start', 'end'] as const) {
        if (splitsSurrogatePair(text, span[field])) {
          found.push({
            index,
            field,
            code: 'span_splits_character',
            message: 'stands inside a character (surrogate pair)',
          });
        }
      }
    }
  });
  if (found.length > 0) return found;
  return crossings(spans);
}

function splitsSurrogatePair(text: string, offset: number): boolean {
  return (
    offset > 0 &&
    offset < text.length &&
    /[\uD800-\uDBFF]/.test(text[offset - 1] ?? '') &&
    /[\uDC00-\uDFFF]/.test(text[offset] ?? '')
  );
}

/** Spans may nest but not cross, and links may not hold links: a sweep over their starts with a stack of the open ones. */
function crossings(spans: readonly (Range & { type: string })[]): ReturnType<typeof spanViolations> {
  const found: ReturnType<typeof spanViolations> = [];
  const order = spans
    .map((span, index) => ({ ...span, index }))
    .sort((a, b) => a.start - b.start || b.end - a.end || a.index - b.index);
  const open: typeof order = [];
  for (const span of order) {
    while (open.length > 0 && (open.at(-1)?.end ?? 0) <= span.start) open.pop();
    const outer = open.at(-1);
    if (outer && span.end > outer.end) {
      found.push({
        index: span.index,
        field: undefined,
        code: 'crossing_spans',
        message: `crosses span ${outer.index}; spans may nest but not cross`,
      });
      continue;
    }
    if (span.type === 'link' && open.some((o) => o.type === 'link')) {
      found.push({ index: span.index, field: undefined, code: 'nested_links', message: 'is a link within a link' });
    }
    open.push(span);
  }
  return found;
}

/** A stretch of a text with what marks it: a span with what stands in it, or plain words. */
export type InlineNode<Span> = { span: Span; children: InlineNode<Span>[] } | { text: string };

/** A text cut at its spans, which nest and do not cross; of two over the same stretch the first one is the outer. */
export function inlineTree<Span extends Range>(text: string, spans: readonly Span[]): InlineNode<Span>[] {
  const order = spans.toSorted((a, b) => a.start - b.start || b.end - a.end);
  const build = (start: number, end: number, within: readonly Span[]): InlineNode<Span>[] => {
    const nodes: InlineNode<Span>[] = [];
    let at = start;
    for (let i = 0; i < within.length; ) {
      const span = within[i] as Span;
      const next = within.findIndex((other, j) => j > i && other.start >= span.end);
      const inner = within.slice(i + 1, next === -1 ? undefined : next);
      if (span.start > at) nodes.push({ text: text.slice(at, span.start) });
      nodes.push({ span, children: build(span.start, span.end, inner) });
      at = span.end;
      i += 1 + inner.length;
    }
    if (at < end) nodes.push({ text: text.slice(at, end) });
    return nodes;
  };
  return build(0, text.length, order);
}

/** Number of words in a text, by Unicode's word boundaries (UAX 29), so that it holds for any script. */
export function countWords(text: string): number {
  if (plainProse.test(text)) return (text.match(plainWord) ?? []).length;
  let words = 0;
  for (const segment of wordSegmenter.segment(text)) if (segment.isWordLike) words++;
  return words;
}

/** English prose as it is mostly written. Its words are told apart by less work: by the same rules, of these characters alone. */
const plainProse = /^[\n\x20-\x5e\x60-\x7e\u00a0\u2013\u2014\u2018\u2019\u201c\u201d\u2026]*$/;
const plainWord =
  /[A-Za-z0-9]+(?:(?:(?<=[A-Za-z])[':.\u2018\u2019](?=[A-Za-z])|(?<=[0-9])['.,;\u2018\u2019](?=[0-9]))[A-Za-z0-9]+)*/g;
const wordSegmenter = new Intl.Segmenter('en', { granularity: 'word' });
