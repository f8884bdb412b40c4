// Quotes and embeds of Markdown.
import type { Blockquote, Paragraph, PhrasingContent } from 'mdast';
import type { Quote } from '../../blocks/library.js';
import type { Facts } from '../../blocks/marks.js';
import { attribution } from '../../blocks/quote.js';
import { clockTime } from '../../kernel/durations.js';
import { type PhraseReader, placeOfNode } from './markdown-phrases.js';
import { type Members, type Place, type Reading, speakerOf } from './story.js';

const dash = /^(?:—|–|--)\s*/;

/** A quote that our own mark tells of: the words are those that are shown, and so is who said them when that was changed. */
export function markedQuote(node: Blockquote, phrases: PhraseReader, facts: Facts): Members {
  const { display, speaker, ...rest } = facts;
  const lines = linesOf(node, phrases);
  const whole = { role: null, affiliation: null, ...(speaker as object) } as NonNullable<Quote['speaker']>;
  const known = speaker ? attribution(whole)[0] : undefined;
  const last = lines.at(-1);
  const isSaid = lines.length > 1 && speaker !== undefined && last !== undefined && dash.test(last);
  const text = (isSaid ? lines.slice(0, -1) : lines).join('\n');
  const speakerNow = isSaid && last !== known ? speakerOf(last.replace(dash, '')) : speaker;
  return { type: 'quote', display, quote: { ...rest, text, ...(speakerNow !== undefined && { speaker: speakerNow }) } };
}

/** What looks like a quote: nothing but paragraphs, of which the last may say who said it. Undefined for anything else. */
export function quoteLike(node: Blockquote, phrases: PhraseReader, reading: Reading): Members | undefined {
  const isPlain = node.children.every(({ type }) => type === 'paragraph');
  if (!isPlain || node.children.length === 0) return undefined;
  const texts = (node.children as Paragraph[]).map(({ children }) => phrases.read(children));
  if (texts.some(({ pictures }) => pictures.length > 0)) return undefined;
  if (texts.some(({ spans }) => spans.length > 0))
    reading.lose(placeOfNode(node), 'formatting', 'a quote is plain text: its marks and links are gone');
  const lines = texts.flatMap(({ text }) => text.split('\n'));
  const last = lines.at(-1) ?? '';
  const isSaid = lines.length > 1 && dash.test(last);
  const text = (isSaid ? lines.slice(0, -1) : lines).join('\n');
  if (text.trim() === '') return undefined;
  const quote = reading.placed(
    { text, ...(isSaid && { speaker: speakerOf(last.replace(dash, '')) }) },
    placeOfNode(node),
  );
  return { type: 'quote', display: 'block', quote };
}

function linesOf({ children }: Blockquote, phrases: PhraseReader): string[] {
  return children.flatMap((child) => (child.type === 'paragraph' ? [phrases.read(child.children).text] : []));
}

/** An embed that our own mark tells of: `**LABEL** [Title](address) (2:04)`. */
export function markedEmbed({ children }: Paragraph, phrases: PhraseReader, facts: Facts, place: Place): Members {
  const [first, ...others] = children;
  const isLabelled = first?.type === 'strong';
  const label = isLabelled ? phrases.words(first.children, place, 'A label') : undefined;
  const rest = isLabelled ? withoutSpace(others) : children;
  const link = rest[0]?.type === 'link' ? rest[0] : undefined;
  const whole = phrases.words(link ? link.children : rest, place, 'The title of an embed');
  const time = typeof facts.duration === 'string' ? ` (${clockTime(facts.duration)})` : '';
  const title = !link && time !== '' && whole.endsWith(time) ? whole.slice(0, -time.length) : whole;
  return {
    type: 'embed',
    ...(label !== undefined && { label }),
    embed: { ...facts, title, ...(link && { url: link.url }) },
  };
}

/** The space between a label and what it labels. */
function withoutSpace([first, ...others]: readonly PhrasingContent[]): PhrasingContent[] {
  if (first?.type !== 'text') return first ? [first, ...others] : [];
  const value = first.value.replace(/^ /, '');
  return value === '' ? others : [{ ...first, value }, ...others];
}
