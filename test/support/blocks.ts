import type { Keep } from '../../src/blocks/block.js';
import { fillEmbed, fillImage, fillQuote, type Library } from '../../src/blocks/library.js';

/** A library that has every resource, each with its id and few other facts. */
export const library: Library = {
  image: (id) => ({ id, ...fillImage({ alt: 'Seen.', caption: 'Told.', creditLine: 'Agency' }) }),
  quote: (id) => ({ id, ...fillQuote({ text: 'Said.', language: 'en' }) }),
  embed: (id) => {
    const { thumbnailImageId: _none, ...facts } = fillEmbed({ kind: 'video', provider: 'Host', title: 'Title' });
    return { id, ...facts, thumbnail: null };
  },
};

/** For blocks that carry nothing inline. */
export const keepNothing: Keep = (kind) => {
  throw new Error(`nothing inline was expected, least of all a ${kind}`);
};
