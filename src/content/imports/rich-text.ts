// Puts together a text with spans, from nodes that nest.
import { spanViolations } from '../../kernel/inline-text.js';
import type { DraftedText, Members } from './story.js';

type SpanFacts = Members & { type: string };

export class RichText {
  #text = '';
  readonly #spans: (SpanFacts & { start: number; end: number })[] = [];
  readonly #open: string[] = [];

  get text(): string {
    return this.#text;
  }

  /** Adds words as they are. */
  write(words: string): void {
    this.#text += words;
  }

  /** Adds words as HTML shows them: white space is one space, and none where a line begins. */
  writeCollapsed(words: string): void {
    const collapsed = words.replaceAll(/[ \t\n\r\f]+/g, ' ');
    this.#text += /(^|[ \n])$/.test(this.#text) ? collapsed.replace(/^ /, '') : collapsed;
  }

  breakLine(): void {
    this.#text = `${this.#text.replace(/ $/, '')}\n`;
  }

  /** Marks what is written by `fill`. Within a mark of the same type it says nothing new. */
  within(span: SpanFacts, fill: () => void): void {
    if (this.#open.includes(span.type)) {
      fill();
      return;
    }
    const marked = { ...span, start: this.#text.length, end: 0 };
    this.#spans.push(marked);
    this.#open.push(span.type);
    fill();
    this.#open.pop();
    marked.end = this.#text.length;
  }

  /** The text, without white space around it where that is asked for. Marks around nothing are gone. */
  done({ isTrimmed = false } = {}): DraftedText {
    const cut = isTrimmed ? this.#text.length - this.#text.trimStart().length : 0;
    const text = isTrimmed ? this.#text.trim() : this.#text;
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
