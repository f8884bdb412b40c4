// How each kind of block of a story is shown.
import type { Schemas } from '@copydesk/client';
import { make, maybe } from './elements.js';

type Block = Schemas['Block'];
type Span = Schemas['Paragraph']['spans'][number];

/** Addresses of pictures are relative to that of the API. */
type Absolute = (address: string) => string;

/** A text with its spans, which nest and never cross. */
export function inline(text: string, spans: readonly Span[], from = 0, to = text.length): (Node | string)[] {
  const outermost = spans
    .filter(({ start, end }) => start >= from && end <= to)
    .toSorted((a, b) => a.start - b.start || b.end - a.end);
  const nodes: (Node | string)[] = [];
  let at = from;
  for (const span of outermost) {
    if (span.start < at) continue;
    nodes.push(text.slice(at, span.start));
    const within = outermost.filter((other) => other !== span);
    nodes.push(elementOf(span, inline(text, within, span.start, span.end)));
    at = span.end;
  }
  return [...nodes, text.slice(at, to)];
}

function elementOf(span: Span, children: (Node | string)[]): HTMLElement {
  switch (span.type) {
    case 'strong':
      return make('strong', {}, ...children);
    case 'emphasis':
      return make('em', {}, ...children);
    case 'code':
      return make('code', {}, ...children);
    case 'link':
      return make('a', { href: span.href }, ...children);
    case 'quote':
      // The words bring their own quotation marks, which <q> would double.
      return make('span', { 'data-quote-id': span.quote.id }, ...children);
  }
}

function picture({ alt, caption, renditions, image }: Schemas['ImageBlock'], absolute: Absolute): HTMLElement {
  const { creditLine } = image;
  const shown = renditions && {
    src: absolute(renditions.src),
    srcset: renditions.srcset.map(({ url, width }) => `${absolute(url)} ${width}w`).join(', '),
    sizes: '(min-width: 46rem) 44rem, 100vw',
    width: renditions.width,
    height: renditions.height,
    loading: 'lazy',
    alt: alt ?? image.alt ?? '',
  };
  const words = make('figcaption', {}, maybe('span', caption ?? image.caption), ' ', maybe('small', creditLine));
  return make('figure', {}, shown ? make('img', shown) : null, words);
}

function quotation({ display, quote: { text, speaker, context } }: Schemas['QuoteBlock']): HTMLElement {
  const who = speaker && [speaker.name, speaker.role].filter(Boolean).join(', ');
  return make('blockquote', { class: display }, make('p', {}, text), maybe('cite', who), maybe('small', context));
}

/** A card that leads to it: what others send is not run in this page. */
function card({ label, embed }: Schemas['EmbedBlock']): HTMLElement {
  const { title, url, provider, duration, kind, description } = embed;
  const name = url === null ? make('strong', {}, title) : make('a', { href: url }, title);
  const facts = [kind, provider, duration?.replace(/^PT/, '').toLowerCase()].filter(Boolean).join(' · ');
  const labelled = label === null ? null : make('b', {}, label);
  return make('aside', { class: 'embed' }, labelled, ' ', name, make('small', {}, facts), maybe('p', description));
}

export function blockElement(block: Block, absolute: Absolute): Node {
  switch (block.type) {
    case 'paragraph':
      return make('p', {}, ...inline(block.text, block.spans));
    case 'heading':
      return make('h3', {}, block.text);
    case 'list': {
      const items = block.items.map(({ text, spans }) => make('li', {}, ...inline(text, spans)));
      return make(block.ordered ? 'ol' : 'ul', {}, ...items);
    }
    case 'image':
      return picture(block, absolute);
    case 'quote':
      return quotation(block);
    case 'embed':
      return card(block);
    case 'divider':
      return make('hr');
    case 'aside':
      return make('aside', {}, ...block.blocks.map((inner) => blockElement(inner, absolute)));
    default:
      // Kinds that come later, and those that this page has no room for.
      return make('div', { 'data-unknown': block.type });
  }
}
