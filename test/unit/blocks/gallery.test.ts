import { describe, expect, it } from 'vitest';
import { gallery } from '../../../src/blocks/gallery.js';
import { library, problemsOf, throughAll } from '../../support/blocks.js';

const id = 'b1b1b1b1-0000-4000-8000-000000000001';
const [first, second] = ['01852a5c-1c40-7b3e-9a51-4d2f8e6c0b17', '01852a5c-1c40-7b3e-9a51-4d2f8e6c0b18'];

describe('a gallery', () => {
  it('has images, each by id or inline, and never both or none', () => {
    const problems = (images: unknown) => problemsOf(gallery, { type: 'gallery', images });
    expect(problems([{ imageId: first }, { image: { alt: 'Seen.' } }])).toEqual([]);
    expect(problems([{ imageId: first }, {}])).toEqual([['/images/1/imageId', 'required']]);
    expect(problems([{ imageId: first, image: {} }])).toEqual([['/images/0/imageId', 'ambiguous']]);
    expect(problems([])).toEqual([['/images', 'too_small']]);
  });

  it('refuses a crop that reaches beyond its image', () => {
    const problems = (crop: object) => problemsOf(gallery, { type: 'gallery', images: [{ imageId: first, crop }] });
    expect(problems({ x: 0.5, y: 0, width: 0.5, height: 1 })).toEqual([]);
    expect(problems({ x: 0.6, y: 0, width: 0.5, height: 1 })).toEqual([['/images/0/crop/width', 'outside']]);
    expect(problems({ x: 0, y: 0, width: 0, height: 2 })).toEqual([
      ['/images/0/crop/width', 'too_small'],
      ['/images/0/crop/height', 'too_big'],
    ]);
  });

  it('keeps inline images in the library, and shows each with its own wording or that of the place', () => {
    const places: unknown[] = [];
    const { managed, delivered, references, readingText } = throughAll(
      { type: 'gallery', images: [{ image: { alt: 'New.' } }, { imageId: second, alt: 'Mine.' }] },
      id,
      (kind, _inline, path) => {
        places.push([kind, path]);
        return first;
      },
    );
    expect(places).toEqual([['image', ['images', 0, 'image']]]);
    expect(managed).toEqual({
      id,
      type: 'gallery',
      title: null,
      images: [
        { imageId: first, alt: null, caption: null, crop: null, focalPoint: null },
        { imageId: second, alt: 'Mine.', caption: null, crop: null, focalPoint: null },
      ],
    });
    expect(references).toEqual([
      { kind: 'image', id: first, path: ['images', 0, 'imageId'], alt: null },
      { kind: 'image', id: second, path: ['images', 1, 'imageId'], alt: 'Mine.' },
    ]);
    expect(delivered).toMatchObject({
      images: [
        { alt: 'Seen.', caption: 'Told.', crop: null, focalPoint: null, renditions: null, image: library.image(first) },
        { alt: 'Mine.', caption: 'Told.', image: library.image(second) },
      ],
    });
    expect(readingText).toBe('');
  });
});
