// Puts together a text with spans, from nodes that nest.
import { spanViolations } from '../../kernel/inline-text.js';
import type { DraftedText, Members } from './story.js';

type SpanFacts = Members & { type: string };

export class RichText {
  /** In pieces, since looking at the end of a text that grows copies it each time. */
  readonly #pieces: string[] = [];
  #length = 0;
  readonly #spans: (SpanFacts & { start: number; end: number })[] = [];
  readonly #open: string[] = [];

  /** Adds words as they are. */
  write(words: string): void {
    if (words === '') return;
    this.#pieces.push(words);
    this.#length += words.length;
  }

  /** Adds words as HTML shows them: white space is one space, and none where a line begins. */
  writeCollapsed(words: string): void {
    const collapsed = words.replaceAll(/[ \t\n\r\f]+/g, ' ');
    const last = this.#pieces.at(-1)?.at(-1) ?? '\n';
    this.write(/[ \n]/.test(last) ? collapsed.replace(/^ /, '') : collapsed);
  }

  breakLine(): void {
    const last = this.#pieces.at(-1);
    if (last?.endsWith(' ')) {
      this.#pieces[this.#pieces.length - 1] = last.slice(0, -1);
      this.#length -= 1;
    }
    this.write('\n');
  }

  /** Marks what is written by `fill`. Within a mark of the same type it says nothing new. */
  within(span: SpanFacts, fill: () => void): void {
    if (this.#open.includes(span.type)) {
      fill();
      return;
    }
    const marked = { ...span, start: this.#length, end: 0 };
    this.#spans.push(marked);
    this.#open.push(span.type);
    fill();
    this.#open.pop();
    marked.end = this.#length;
  }

  /** The text, without white space around it where that is asked for. Marks around nothing are gone. */
  done({ isTrimmed = false } = {}): DraftedText {
    const whole = this.#pieces.join('');
    const cut = isTrimmed ? whole.length - whole.trimStart().length : 0;
    const text = isTrimmed ? whole.trim() : whole;
    const within = (offset: number) => Math.max(0, Math.min(offset - cut, text.length));
    const spans = this.#spans
      .map((span) => ({ ...span, start: within(span.start), end: within(span.end) }))
      .filter(({ start, end }) => end > start);
    return { text, spans };
  }
}

/** Two texts as one. */
export function joinedTexts(one: DraftedText, between: string, other: DraftedText): DraftedText {
  const offset = one.text.length + between.length;
  const moved = other.spans.map((span) => ({
    ...span,
    start: Number(span.start) + offset,
    end: Number(span.end) + offset,
  }));
  return { text: `${one.text}${between}${other.text}`, spans: [...one.spans, ...moved] };
}

/** Adds a span to a text where it fits among the others. @returns whether it does */
export function addSpan({ text, spans }: DraftedText, span: SpanFacts & { start: number; end: number }): boolean {
  const all = [...spans, span] as (SpanFacts & { start: number; end: number })[];
  if (spanViolations(text, all).length > 0) return false;
  spans.push(span);
  return true;
}
