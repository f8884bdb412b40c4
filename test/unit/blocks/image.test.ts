import { describe, expect, it } from 'vitest';
import { image } from '../../../src/blocks/image.js';
import { deliverBlock, readingTextOf, referencesOf, storeBlock } from '../../../src/blocks/index.js';
import { keepNothing, library, storeNothing } from '../../support/blocks.js';

const blockId = '01852a5c-9d00-7a11-8b22-0000000000b1';
const id = '01852a5c-1c40-7b3e-9a51-4d2f8e6c0b17';
const problems = (draft: object) =>
  image.draft.safeParse({ type: 'image', ...draft }).error?.issues.map(({ message }) => message);

describe('a block of kind image', () => {
  it('names its resource by id or carries it, and never both or none', () => {
    expect(problems({ imageId: id })).toBeUndefined();
    expect(problems({ image: { alt: 'Seen.' } })).toBeUndefined();
    expect(problems({})).toEqual(['give imageId or image']);
    expect(problems({ imageId: id, image: { alt: 'Seen.' } })).toEqual(['give imageId or image, not both']);
    expect(problems({ imageId: 'no-uuid' })).toHaveLength(1);
  });

  it('puts an inline resource into the library', () => {
    const draft = image.draft.parse({ type: 'image', image: { alt: 'Seen.' } });
    const paths: unknown[] = [];
    const block = storeBlock(
      draft,
      blockId,
      (kind, _inline, path) => {
        paths.push([kind, path]);
        return id;
      },
      storeNothing,
    );
    expect(paths).toEqual([['image', ['image']]]);
    expect(block).toEqual({
      id: blockId,
      type: 'image',
      imageId: id,
      alt: null,
      caption: null,
      crop: null,
      focalPoint: null,
    });
    expect(referencesOf(block)).toEqual([{ kind: 'image', id, path: ['imageId'], alt: null }]);
  });

  it('is delivered with its resource whole', () => {
    const block = storeBlock(
      image.draft.parse({ type: 'image', imageId: id, caption: 'Here.' }),
      blockId,
      keepNothing,
      storeNothing,
    );
    const delivered = deliverBlock(block, library);
    expect(delivered).toEqual({
      id: blockId,
      type: 'image',
      alt: 'Seen.',
      caption: 'Here.',
      crop: null,
      focalPoint: null,
      renditions: null,
      image: library.image(id),
    });
    expect(image.delivered.safeParse(delivered).error).toBeUndefined();
    expect(readingTextOf(delivered)).toBe('');
  });

  it('shows the caption and alt text of the image itself, unless the story has its own', () => {
    const plain = storeBlock(image.draft.parse({ type: 'image', imageId: id }), 'b', keepNothing, storeNothing);
    expect(deliverBlock(plain, library)).toMatchObject({ alt: 'Seen.', caption: 'Told.' });
    const own = storeBlock(
      image.draft.parse({ type: 'image', imageId: id, alt: 'Mine.' }),
      'b',
      keepNothing,
      storeNothing,
    );
    expect(deliverBlock(own, library)).toMatchObject({ alt: 'Mine.', caption: 'Told.', image: { alt: 'Seen.' } });
  });
});
