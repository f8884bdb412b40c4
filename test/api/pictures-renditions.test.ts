import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Renditions } from '../../src/blocks/renditions.js';
import { startApp, type TestApp } from '../support/app.js';
import { createResource, type Members, patchResource, withdrawStory } from '../support/editing.js';
import { colourAt, cornersOf, fetchPicture, givePicture, jpeg, quarters, renditionAt } from '../support/pictures.js';
import { liveStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

type Block = { renditions: Renditions; image: { id: string; renditions: Renditions } };

/** A live story of one image, which has a file. */
async function livePicture(file: Buffer, facts: object = {}, place: object = {}) {
  const alt = { alt: 'Four quarters.', creditLine: 'Example Agency', ...facts };
  const { id } = await createResource(app, 'images', alt);
  await givePicture(app, id, file);
  const blocks = [
    { type: 'image', imageId: id, ...place },
    { type: 'paragraph', text: 'A picture.' },
  ];
  const story = await liveStory(app, { headline: 'A picture', language: 'en', desk: 'world', sections: [{ blocks }] });
  const { data } = (await app.anybody.get(`/v1/articles/${story.slug}`).expect(200)).body;
  const block: Block = data.sections[0].blocks[0];
  return { id, story, block, renditions: block.image.renditions };
}

const bytesAt = async (path: string): Promise<Buffer> => (await fetchPicture(app, path).expect(200)).body;

describe('GET /media/{imageId}/{version}/{frame}/{rendition}', () => {
  it('gives each width of the ladder in each format, and never one larger than the picture', async () => {
    const { renditions } = await livePicture(await jpeg(700, 500));
    expect(renditions.srcset.map(({ width, height }) => [width, height])).toEqual([
      [160, 114],
      [320, 229],
      [640, 457],
      [700, 500],
    ]);
    expect(renditions).toMatchObject({ width: 700, height: 500, aspectRatio: 1.4 });
    expect(renditions.src).toMatch(/\/full\/700\.jpg$/);
    const types = {
      avif: ['image/avif', 'heif'],
      webp: ['image/webp', 'webp'],
      jpg: ['image/jpeg', 'jpeg'],
      png: ['image/png', 'png'],
    };
    for (const [format, [type, decoded]] of Object.entries(types)) {
      const answer = await fetchPicture(app, renditionAt(renditions, 'full', 320, format)).expect(200);
      const metadata = await sharp(answer.body).metadata();
      expect([answer.headers['content-type'], metadata.format]).toEqual([type, decoded]);
      expect([metadata.width, metadata.height]).toEqual([320, 229]);
    }
  });

  it('is 404 for whatever is on no ladder, so that nobody can fill the disk', async () => {
    const { renditions } = await livePicture(await jpeg(700, 500));
    const off = [
      renditionAt(renditions, 'full', 321, 'jpg'),
      renditionAt(renditions, 'full', 960, 'jpg'),
      renditionAt(renditions, 'full', '0320', 'jpg'),
      renditionAt(renditions, 'full', 320, 'gif'),
      renditionAt(renditions, 'full', 320, 'tiff'),
      renditionAt(renditions, 'full', 'original', 'jpg'),
      renditionAt(renditions, '7x5', 320, 'jpg'),
      renditionAt(renditions, 'c0-0-5000-5000_full', 320, 'jpg'),
      renditionAt(renditions, 'f5000-5000_1x1', 320, 'jpg'),
      renditionAt(renditions, '..%2F..', 320, 'jpg'),
    ];
    for (const path of off) expect([path, (await fetchPicture(app, path)).status]).toEqual([path, 404]);
    await fetchPicture(app, `${renditionAt(renditions, 'full', 320, 'jpg')}?width=3`).expect(400);
  });

  it('chooses the format by Accept for an address that names none, and says so', async () => {
    const { renditions } = await livePicture(await jpeg(200, 100));
    const [first] = renditions.srcset;
    const asked = (accept: string) =>
      fetchPicture(app, first?.url ?? '')
        .set('accept', accept)
        .expect(200);
    const typeFor = async (accept: string) => (await asked(accept)).headers['content-type'];
    expect(await typeFor('image/avif,image/webp,image/apng,*/*;q=0.8')).toBe('image/avif');
    expect(await typeFor('image/webp,*/*')).toBe('image/webp');
    expect(await typeFor('image/avif;q=0, */*')).toBe('image/jpeg');
    expect(await typeFor('*/*')).toBe('image/jpeg');
    expect((await asked('*/*')).headers.vary).toBe('accept');
  });

  it('is a JPEG where the picture is longer than AVIF and WebP can be, which are then not to be had', async () => {
    const { id, story, renditions } = await livePicture(await quarters(8, 17_000).gif().toBuffer());
    const url = renditions.srcset[0]?.url ?? '';
    const answer = await fetchPicture(app, url).set('accept', 'image/avif,image/webp').expect(200);
    expect(answer.headers['content-type']).toBe('image/jpeg');
    expect((await sharp(answer.body).metadata()).height).toBe(17_000);
    for (const format of ['avif', 'webp']) await fetchPicture(app, `${url}.${format}`).expect(404);
    const page = (await app.anybody.get(`/v1/articles/${story.slug}?format=html`).expect(200)).text;
    expect([page.includes(`${url}.jpg 8w`), page.includes('<source')]).toEqual([true, false]);
    const { data } = (await app.as.viewer.get(`/v1/manage/images/${id}/addresses`).expect(200)).body;
    const original = await fetchPicture(app, data.original).expect(200);
    expect(original.headers['content-type']).toBe('image/png');
  });

  it('turns the picture upright, for each way it can lie', async () => {
    const upright = await jpeg(60, 40);
    expect(await cornersOf(upright)).toEqual(['red', 'green', 'blue', 'yellow']);
    // How the pixels lie when a camera says 1 to 8, so that all show the same.
    const lying: [number, (picture: Sharp) => Sharp][] = [
      [1, (picture) => picture],
      [2, (picture) => picture.flop()],
      [3, (picture) => picture.rotate(180)],
      [4, (picture) => picture.flip()],
      [5, (picture) => picture.rotate(90)],
      [6, (picture) => picture.rotate(270)],
      [7, (picture) => picture.rotate(270)],
      [8, (picture) => picture.rotate(90)],
    ];
    for (const [orientation, lay] of lying) {
      const laid = await lay(sharp(upright)).png().toBuffer();
      const pixels = orientation === 5 || orientation === 7 ? await sharp(laid).flop().png().toBuffer() : laid;
      const file = await sharp(pixels).jpeg({ quality: 95 }).withMetadata({ orientation }).toBuffer();
      const { renditions } = await livePicture(file);
      expect([orientation, renditions.width, renditions.height]).toEqual([orientation, 60, 40]);
      const shown = await bytesAt(renditionAt(renditions, 'full', 60, 'png'));
      expect([orientation, await cornersOf(shown)]).toEqual([orientation, ['red', 'green', 'blue', 'yellow']]);
      expect((await sharp(shown).metadata()).orientation).toBeUndefined();
    }
  });

  it('keeps the focal point in frame in every shape', async () => {
    const wide = await jpeg(800, 200);
    for (const [x, colour] of [
      [0.05, 'red'],
      [0.95, 'green'],
    ] as const) {
      const { renditions } = await livePicture(wide, { focalPoint: { x, y: 0.1 } });
      for (const [shape, width] of [
        ['1x1', 200],
        ['4x5', 160],
        ['2x3', 133],
      ] as const) {
        const picture = await bytesAt(renditionAt(renditions, shape, width, 'png'));
        expect([shape, await colourAt(picture, 0.5, 0.1)]).toEqual([shape, colour]);
      }
    }
    const { renditions } = await livePicture(wide);
    const middle = await bytesAt(renditionAt(renditions, '1x1', 200, 'png'));
    expect(await cornersOf(middle)).toEqual(['red', 'green', 'blue', 'yellow']);
  });

  it('shows what a story crops, and that only as long as a live story does', async () => {
    const crop = { x: 0.5, y: 0, width: 0.5, height: 0.5 };
    const { block, story } = await livePicture(await jpeg(600, 400), {}, { crop });
    expect(block.renditions).toMatchObject({ width: 300, height: 200 });
    const path = renditionAt(block.renditions, 'full', 300, 'png');
    expect(await cornersOf(await bytesAt(path))).toEqual(['green', 'green', 'green', 'green']);
    expect(await cornersOf(await bytesAt(renditionAt(block.image.renditions, 'full', 320, 'png')))).toEqual([
      'red',
      'green',
      'blue',
      'yellow',
    ]);
    const { body } = await app.as.publisher.get(`/v1/manage/sections/${story.sections[0]?.id}`).expect(200);
    const focalPoint = { x: 0.9, y: 0.9 };
    const blocks = body.data.blocks.map((one: object, i: number) =>
      i === 0 ? { ...one, crop: null, focalPoint } : one,
    );
    await app.as.editor
      .patch(`/v1/manage/sections/${body.data.id}`, { blocks })
      .set('if-match', `"${body.data.version}"`);
    await fetchPicture(app, path).expect(200);
    const read = await app.as.publisher.get(`/v1/manage/articles/${story.id}`);
    await app.as.publisher
      .post(`/v1/manage/articles/${story.id}/publish`)
      .set('if-match', read.headers.etag ?? '')
      .expect(200);
    await fetchPicture(app, path).expect(404);
    const { data } = (await app.anybody.get(`/v1/articles/${story.slug}`).expect(200)).body;
    const square = renditionAt(data.sections[0].blocks[0].renditions, '1x1', 400, 'png');
    // As far to the right as a square of the whole height can be.
    expect(await colourAt(await bytesAt(square), 0.1, 0.9)).toBe('blue');
    expect(await colourAt(await bytesAt(square), 0.3, 0.9)).toBe('yellow');
  });

  it('shows transparency where the format can, and white where it cannot', async () => {
    const clear = await sharp({
      create: { width: 80, height: 40, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    const { renditions } = await livePicture(clear);
    expect(await colourAt(await bytesAt(renditionAt(renditions, 'full', 80, 'jpg')), 0.5, 0.5)).toMatch(
      /^25\d 25\d 25\d$/,
    );
    expect((await sharp(await bytesAt(renditionAt(renditions, 'full', 80, 'webp'))).metadata()).hasAlpha).toBe(true);
  });

  it('shows CMYK and 16 bits in the colours they mean', async () => {
    const profile = await quarters(80, 40).toColourspace('cmyk').withIccProfile('cmyk').jpeg().toBuffer();
    const deep = await quarters(80, 40).toColourspace('rgb16').png().toBuffer();
    for (const file of [profile, deep]) {
      const { renditions } = await livePicture(file);
      const shown = await bytesAt(renditionAt(renditions, 'full', 80, 'png'));
      const { space, depth } = await sharp(shown).metadata();
      expect([space, depth]).toEqual(['srgb', 'uchar']);
      const [r = 0, , b = 0] = (
        await sharp(shown).extract({ left: 5, top: 5, width: 1, height: 1 }).raw().toBuffer()
      ).subarray(0, 3);
      expect(r).toBeGreaterThan(150);
      expect(b).toBeLessThan(90);
    }
  });

  it('moves as WebP and stands still as anything else', async () => {
    const frames = await Promise.all(
      ['#dc1e1e', '#1eaa3c'].map((background) =>
        sharp({ create: { width: 40, height: 20, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const { renditions } = await livePicture(
      await sharp(frames, { join: { animated: true } })
        .gif()
        .toBuffer(),
    );
    expect((await sharp(await bytesAt(renditionAt(renditions, 'full', 40, 'webp'))).metadata()).pages).toBe(2);
    const still = await bytesAt(renditionAt(renditions, 'full', 40, 'avif'));
    expect((await sharp(still).metadata()).pages ?? 1).toBe(1);
    const moving = await fetchPicture(app, renditions.srcset[0]?.url ?? '').set('accept', 'image/avif,image/webp');
    expect(moving.headers['content-type']).toBe('image/webp');
  });

  it('carries credit and copyright, and nothing else that the file said: no place, no camera', async () => {
    const file = await sharp(await jpeg(60, 40))
      .withExif({ IFD0: { Make: 'SecretCamera' }, IFD3: { GPSLatitude: '53/1 54/1 0/1', GPSLatitudeRef: 'N' } })
      .toBuffer();
    expect(file.includes('SecretCamera')).toBe(true);
    const { renditions } = await livePicture(file, { creditLine: 'A & B <C>', copyrightNotice: '© 2022 Agency' });
    for (const format of ['avif', 'webp', 'jpg', 'png']) {
      const picture = await bytesAt(renditionAt(renditions, 'full', 60, format));
      const { xmpAsString = '', exif } = await sharp(picture).metadata();
      expect([format, exif, picture.includes('SecretCamera')]).toEqual([format, undefined, false]);
      expect(xmpAsString).toContain('<photoshop:Credit>A &#x26; B &#x3C;C></photoshop:Credit>');
      expect(xmpAsString).toContain('© 2022 Agency');
    }
  });

  it('answers 304, ranges and 416, by a strong tag', async () => {
    const { renditions } = await livePicture(await jpeg(200, 100));
    const path = renditionAt(renditions, 'full', 200, 'png');
    const whole = await fetchPicture(app, path).expect(200);
    const { etag = '', 'cache-control': caching } = whole.headers;
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    expect(caching).toBe('public, max-age=3600, s-maxage=86400');
    expect(whole.headers['cross-origin-resource-policy']).toBe('cross-origin');
    await fetchPicture(app, path).set('if-none-match', etag).expect(304);
    const part = (range: string) => fetchPicture(app, path).set('range', range);
    const bytes: Buffer = whole.body;
    const first = await part('bytes=0-9').expect(206);
    expect(first.headers['content-range']).toBe(`bytes 0-9/${bytes.length}`);
    expect(first.body).toEqual(bytes.subarray(0, 10));
    expect((await part('bytes=-5').expect(206)).body).toEqual(bytes.subarray(-5));
    expect((await part(`bytes=${bytes.length - 3}-`).expect(206)).body).toEqual(bytes.subarray(-3));
    expect((await part('bytes=0-1,4-5').expect(200)).body).toEqual(bytes);
    expect((await part('bytes=0-9').set('if-range', '"other"').expect(200)).body).toEqual(bytes);
    const outside = await part(`bytes=${bytes.length}-`).expect(416);
    expect(outside.headers['content-range']).toBe(`bytes */${bytes.length}`);
    const head = await app.anybody.head(path).expect(200);
    expect([head.headers.etag, head.headers['content-length']]).toEqual([etag, String(bytes.length)]);
  });

  it('leads an address from before the picture changed to the one of now', async () => {
    const { id, renditions } = await livePicture(await jpeg(700, 500));
    await givePicture(app, id, await jpeg(400, 500));
    const answer = await fetchPicture(app, renditionAt(renditions, 'full', 640, 'webp'))
      .redirects(0)
      .expect(307);
    const { data } = (await app.anybody.get(`/v1/images/${id}`).expect(200)).body;
    expect(answer.headers.location).toBe(renditionAt(data.renditions, 'full', 400, 'webp'));
    expect(answer.headers['cache-control']).toBe('public, max-age=5');
  });

  it('makes a rendition once, however many ask for it at the same time, and keeps it', async () => {
    const { id, renditions } = await livePicture(await jpeg(700, 500));
    const path = renditionAt(renditions, '16x9', 640, 'webp');
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetchPicture(app, path).expect(200)));
    expect(new Set(answers.map(({ headers }) => headers.etag)).size).toBe(1);
    const kept = await readdir(join(dirname(app.path), 'media/renditions', id), { recursive: true });
    expect(kept.filter((name) => name.includes('.'))).toEqual([expect.stringMatching(/^\w{16}\/16x9\/640\.webp$/)]);
  });
});

describe('a picture that is not live', () => {
  it('is 404 without a key or with one, before its story is published and when it is withdrawn', async () => {
    const { story, renditions } = await livePicture(await jpeg(200, 100));
    const path = renditionAt(renditions, 'full', 160, 'jpg');
    await fetchPicture(app, path).expect(200);
    await withdrawStory(app, story.id);
    await fetchPicture(app, path).expect(404);
    await app.as.admin.get(path).expect(404);
  });

  it('is shown by the signed addresses of Management, its original among them, until they end', async () => {
    const { id } = await createResource(app, 'images', { alt: 'A picture.' });
    await app.as.viewer.get(`/v1/manage/images/${id}/addresses`).expect(404);
    const path = await givePicture(app, id, await jpeg(600, 400));
    await fetchPicture(app, path).expect(404);
    const { data } = (await app.as.viewer.get(`/v1/manage/images/${id}/addresses`).expect(200)).body;
    const shown = await fetchPicture(app, renditionAt(data.renditions, '1x1', 320, 'webp')).expect(200);
    expect(shown.headers['cache-control']).toBe('private, max-age=300');
    const original = await fetchPicture(app, data.original).expect(200);
    expect([(await sharp(original.body).metadata()).width, await cornersOf(original.body)]).toEqual([
      600,
      ['red', 'green', 'blue', 'yellow'],
    ]);
    const tampered = [
      data.original.replace(/expires=\d+/, 'expires=99999999999'),
      data.original.replace(/signature=(.)/, (_: string, first: string) => `signature=${first === 'a' ? 'b' : 'a'}`),
      data.original.replace(/&signature=.*/, ''),
      data.original.replace('/full/', '/c0-0-5000-5000_full/'),
    ];
    for (const address of tampered) await fetchPicture(app, address).expect(404);
    app.clock.advance(2 * 3_600_000);
    await fetchPicture(app, data.original).expect(404);
  });

  it('is shown by its thumbnail in the list of images, which has none of an image without a file', async () => {
    const { id: bare } = await createResource(app, 'images', { alt: 'Without a file.' });
    const { id } = await createResource(app, 'images', { alt: 'A picture.' });
    await givePicture(app, id, await jpeg(600, 400));
    const { data } = (await app.as.viewer.get('/v1/manage/images?limit=2').expect(200)).body;
    expect(data.map((image: Members) => [image.id, image.thumbnail])).toEqual([
      [id, { url: expect.stringMatching(/^\/media\/.*\/full\/320\?expires=/), width: 320, height: 213 }],
      [bare, null],
    ]);
    const shown = await fetchPicture(app, data[0].thumbnail.url).expect(200);
    expect((await sharp(shown.body).metadata()).width).toBe(320);
    app.clock.advance(2 * 3_600_000);
    await fetchPicture(app, data[0].thumbnail.url).expect(404);
  });

  it('is shown by a preview, cropped as it will be', async () => {
    const { id } = await createResource(app, 'images', { alt: 'A picture.', creditLine: 'A' });
    await givePicture(app, id, await jpeg(600, 400));
    const blocks = [{ type: 'image', imageId: id, crop: { x: 0, y: 0.5, width: 0.5, height: 0.5 } }];
    const body = { headline: 'Not yet', language: 'en', desk: 'world', sections: [{ blocks }] };
    const { data: story } = (await app.as.editor.post('/v1/manage/articles', body).expect(201)).body;
    const link = await app.as.editor.post(`/v1/manage/articles/${story.id}/preview-links`, {}).expect(201);
    const { data } = (await app.anybody.get(`/v1/preview/${link.body.data.token}`).expect(200)).body;
    const { renditions } = data.sections[0].blocks[0];
    expect(await cornersOf(await bytesAt(renditionAt(renditions, 'full', 300, 'png')))).toEqual(Array(4).fill('blue'));
    await fetchPicture(app, data.leadImage.renditions.src).expect(200);
    await fetchPicture(app, renditions.src.replace(/\?.*/, '')).expect(404);
  });

  it('is shown as it was by the story as readers had it', async () => {
    const { id, story } = await livePicture(await jpeg(600, 400));
    const at = app.clock.now().toISOString();
    await givePicture(
      app,
      id,
      await sharp(await jpeg(600, 400))
        .flip()
        .jpeg()
        .toBuffer(),
    );
    const { data } = (await app.as.viewer.get(`/v1/manage/articles/${story.id}/asOf?at=${at}`).expect(200)).body;
    const shown = await bytesAt(renditionAt(data.leadImage.renditions, 'full', 320, 'png'));
    expect(await cornersOf(shown)).toEqual(['red', 'green', 'blue', 'yellow']);
  });

  it('has the same address when other facts change, and another when its credit does', async () => {
    const { id, renditions } = await livePicture(await jpeg(200, 100));
    const addressAfter = async (body: object) => {
      expect((await patchResource(app, 'images', id, body as Record<string, unknown>)).status).toBe(200);
      return (await app.anybody.get(`/v1/images/${id}`).expect(200)).body.data.renditions.src;
    };
    expect(await addressAfter({ caption: 'Other words.' })).toBe(renditions.src);
    expect(await addressAfter({ creditLine: 'Another Agency' })).not.toBe(renditions.src);
  });
});
