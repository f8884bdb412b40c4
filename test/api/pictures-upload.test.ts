import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { createResource } from '../support/editing.js';
import { alternatives, record, withIim, xmpPacket } from '../support/picture-words.js';
import { colours, jpeg, noise, putFile, quarters, upload } from '../support/pictures.js';
import { liveStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ environment: { UPLOAD_MB: '1' } });
});
afterAll(() => app.close());

/** What is kept of all uploads, and what of those that have not ended. */
async function filesOf(folder: 'files' | 'incoming'): Promise<string[]> {
  const names = await readdir(join(dirname(app.path), 'media', folder), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  return names.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** The pointer and the code of each place that an answer says is wrong. */
function errorsOf({ body }: { body: { errors?: { pointer: string; code: string }[] } }) {
  return (body.errors ?? []).map(({ pointer, code }) => [pointer, code]);
}

describe('POST /v1/manage/images with a file', () => {
  it('adds an image with what its bytes are, and keeps the file under its hash', async () => {
    const file = await jpeg();
    const { body, headers } = await upload(app, file, { alt: 'Four quarters.' }).expect(201);
    expect(headers.location).toBe(`/v1/manage/images/${body.data.id}`);
    expect(body.data).toMatchObject({
      alt: 'Four quarters.',
      file: { mimeType: 'image/jpeg', width: 600, height: 400, bytes: file.length, frames: 1 },
    });
    expect(body.fromFile).toEqual([]);
    expect(Buffer.from(body.data.file.placeholder, 'base64').length).toBeLessThan(30);
    expect(await filesOf('files')).toContain(body.data.file.sha256);
    expect(await filesOf('incoming')).toEqual([]);
    const { body: read } = await app.as.viewer.get(`/v1/manage/images/${body.data.id}`).expect(200);
    expect(read.data).toEqual(body.data);
  });

  it('tells the colour that there is most of', async () => {
    const red = { r: colours.red[0], g: colours.red[1], b: colours.red[2] };
    const file = await sharp({ create: { width: 50, height: 50, channels: 3, background: red } })
      .png()
      .toBuffer();
    const { dominantColour } = (await upload(app, file).expect(201)).body.data.file;
    const values = [1, 3, 5].map((at) => Number.parseInt(dominantColour.slice(at, at + 2), 16));
    for (const [i, value] of values.entries()) expect(Math.abs(value - (colours.red[i] ?? 0))).toBeLessThan(20);
  });

  it.each([
    ['image/png', () => quarters().png().toBuffer()],
    ['image/webp', () => quarters().webp().toBuffer()],
    ['image/avif', () => quarters(120, 80).avif({ effort: 0 }).toBuffer()],
    ['image/gif', () => quarters().gif().toBuffer()],
  ])('takes %s, whatever its name says', async (mimeType, make) => {
    const { file } = (await upload(app, await make(), {}, { name: 'picture.jpg' }).expect(201)).body.data;
    expect(file).toMatchObject({ mimeType, frames: 1 });
  });

  it('tells width and height as the picture is to be seen, whichever way it lies', async () => {
    for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const file = await sharp(await jpeg(60, 40))
        .withMetadata({ orientation })
        .jpeg()
        .toBuffer();
      const { width, height } = (await upload(app, file).expect(201)).body.data.file;
      expect([orientation, width, height]).toEqual(orientation < 5 ? [orientation, 60, 40] : [orientation, 40, 60]);
    }
  });

  it('takes CMYK, 16 bits, transparency and what moves', async () => {
    const frames = await Promise.all(
      ['#ff0000', '#00ff00', '#0000ff'].map((background) =>
        sharp({ create: { width: 20, height: 20, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const kinds = {
      cmyk: await quarters(60, 40).toColourspace('cmyk').jpeg().toBuffer(),
      deep: await quarters(60, 40).toColourspace('rgb16').png().toBuffer(),
      clear: await quarters(60, 40).ensureAlpha(0.5).png().toBuffer(),
      gif: await sharp(frames, { join: { animated: true } })
        .gif()
        .toBuffer(),
      webp: await sharp(frames, { join: { animated: true } })
        .webp()
        .toBuffer(),
    };
    const counts: Record<string, number> = {};
    for (const [kind, file] of Object.entries(kinds))
      counts[kind] = (await upload(app, file).expect(201)).body.data.file.frames;
    expect(counts).toEqual({ cmyk: 1, deep: 1, clear: 1, gif: 3, webp: 3 });
  });

  it.each([
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect/></svg>'), 'unknown_type'],
    ['HTML', Buffer.from('<!doctype html><script>alert(1)</script>'), 'unknown_type'],
    ['PDF', Buffer.from('%PDF-1.7\n1 0 obj <</Type/Catalog>> endobj\n%%EOF'), 'unknown_type'],
    ['nothing', Buffer.alloc(0), 'unknown_type'],
    ['a GIF in name', Buffer.from('GIF89a then nothing'), 'unknown_type'],
  ])('refuses %s that is named a picture', async (_what, file, code) => {
    const answer = await upload(app, file, {}, { name: 'picture.jpg' }).expect(422);
    expect(errorsOf(answer)).toEqual([['/file', code]]);
    expect(await filesOf('incoming')).toEqual([]);
  });

  it('refuses TIFF, which the decoder could read', async () => {
    const answer = await upload(app, await quarters(60, 40).tiff().toBuffer()).expect(422);
    expect(errorsOf(answer)).toEqual([['/file', 'unknown_type']]);
  });

  it('refuses what is cut off, however little is missing', async () => {
    for (const make of [jpeg(), quarters().png({ compressionLevel: 0 }).toBuffer(), quarters().webp().toBuffer()]) {
      const whole = await make;
      const answer = await upload(app, whole.subarray(0, Math.floor(whole.length * 0.7))).expect(422);
      expect(errorsOf(answer)).toEqual([['/file', expect.stringMatching(/^(broken_file|unknown_type)$/)]]);
    }
  });

  it('refuses more than 50 million pixels before it decodes them, of all frames together', async () => {
    const flat = (width: number, height: number) =>
      sharp({ create: { width, height, channels: 3, background: '#000' }, limitInputPixels: false });
    const bomb = await flat(7100, 7100).png({ palette: true, colours: 2, compressionLevel: 9 }).toBuffer();
    expect(bomb.length).toBeLessThan(100_000);
    expect(errorsOf(await upload(app, bomb).expect(422))).toEqual([['/file', 'too_many_pixels']]);
  });

  it('refuses a file that is larger than it takes, and leaves nothing of it', async () => {
    const file = await noise(900, 900).png().toBuffer();
    const before = await filesOf('files');
    expect((await upload(app, file).expect(413)).body.detail).toBe('The file is larger than 1 MB.');
    expect([await filesOf('files'), await filesOf('incoming')]).toEqual([before, []]);
  });

  it('refuses facts that are wrong, a form without a file, and parts that it does not know; nothing is kept', async () => {
    const before = await filesOf('files');
    const file = await jpeg(62, 42);
    expect(errorsOf(await upload(app, file, { alt: 1, headline: 'x' }).expect(400))).toEqual([
      ['/facts/alt', 'invalid_type'],
      ['/facts/headline', 'unknown_field'],
    ]);
    const form = () => app.as.editor.post('/v1/manage/images');
    expect(errorsOf(await form().field('facts', '{}').expect(400))).toEqual([['/file', 'required']]);
    expect(errorsOf(await form().field('caption', 'x').expect(400))).toEqual([['/caption', 'unknown_field']]);
    expect(errorsOf(await form().field('facts', '{').attach('file', file, 'a.jpg').expect(400))).toEqual([
      ['/facts', 'invalid_format'],
    ]);
    await form().attach('file', file, 'a.jpg').attach('file', file, 'b.jpg').expect(400);
    await form().set('content-type', 'multipart/form-data').send('x').expect(400);
    await form().set('content-type', 'multipart/form-data; boundary=a').send('--a\r\nContent-Disp').expect(400);
    await form().set('content-type', 'image/jpeg').send(file).expect(415);
    expect([await filesOf('files'), await filesOf('incoming')]).toEqual([before, []]);
  });

  it('is for editors', async () => {
    await upload(app, await jpeg(), {}, { role: 'viewer' }).expect(403);
  });
});

describe('PUT /v1/manage/images/{id}/file', () => {
  it('gives an image its file, then another, each as a new version', async () => {
    const { id } = await createResource(app, 'images', { alt: 'A picture.' });
    const first = await putFile(app, id, await jpeg(60, 40), 1).expect(200);
    expect([first.headers.etag, first.body.data.file.width]).toEqual(['"2"', 60]);
    const second = await putFile(app, id, await jpeg(80, 40), 2).expect(200);
    expect([second.headers.etag, second.body.data.file.width]).toEqual(['"3"', 80]);
    const same = await putFile(app, id, await jpeg(80, 40), 3).expect(200);
    expect(same.headers.etag).toBe('"3"');
    const { body } = await app.as.viewer.get(`/v1/manage/images/${id}/revisions/2`).expect(200);
    expect(body.data.content.file.width).toBe(60);
    await app.as.editor
      .post(`/v1/manage/images/${id}/revisions/2/restore`)
      .set('if-match', '"3"')
      .expect(200)
      .expect(({ body: restored }) => expect(restored.data.file.width).toBe(60));
  });

  it('answers 412 with what has changed when the version is stale, 428 without one, 404 for what is not there', async () => {
    const { id } = await createResource(app, 'images', { alt: 'A picture.' });
    const file = await jpeg(60, 40);
    await putFile(app, id, file, 1).expect(200);
    expect((await putFile(app, id, await jpeg(62, 40), 1).expect(412)).body.changed).toEqual(['/file']);
    await app.as.editor.put(`/v1/manage/images/${id}/file`).set('content-type', 'image/png').send(file).expect(428);
    await putFile(app, '01852a5c-0000-7000-8000-00000000dead', file, 1).expect(404);
    await app.as.editor.put(`/v1/manage/images/${id}/file`).set('if-match', '"2"').expect(400);
    const json = await app.as.editor.put(`/v1/manage/images/${id}/file`, {}).set('if-match', '"2"').expect(415);
    expect(json.headers['accept-post']).toContain('image/avif');
    await putFile(app, id, Buffer.from('no picture'), 2).expect(422);
    expect((await app.as.viewer.get(`/v1/manage/images/${id}`)).headers.etag).toBe('"2"');
  });

  it('needs a publisher for an image that readers see, shows them the file at once, and tells by a dry run whom', async () => {
    const story = await liveStory(app);
    const id = String(story.sections[0]?.blocks[0]?.imageId);
    const file = await jpeg(60, 40);
    await putFile(app, id, file, 1, { role: 'editor' }).expect(403);
    const dry = await putFile(app, id, file, 1, { query: '?dryRun=true' }).expect(200);
    expect([dry.body.reach.count, dry.headers.etag]).toEqual([1, '"1"']);
    const before = await app.anybody.get(`/v1/articles/${story.slug}`).expect(200);
    expect(before.body.data.leadImage).toMatchObject({ file: null, renditions: null });
    await putFile(app, id, file, 1).expect(200);
    const { data } = (await app.anybody.get(`/v1/articles/${story.slug}`).expect(200)).body;
    expect(data.leadImage.file).toMatchObject({ width: 60, height: 40 });
    expect(data.sections[0].blocks[0].renditions).toMatchObject({ width: 60, height: 40, aspectRatio: 1.5 });
    const shown = await app.anybody.get(`/v1/images/${id}`).expect(200);
    expect(shown.body.data.renditions).toEqual(data.leadImage.renditions);
  });

  it('keeps the file when facts are changed, and takes it back only as it was read', async () => {
    const { id } = await createResource(app, 'images', { alt: 'A picture.' });
    await putFile(app, id, await jpeg(60, 40), 1).expect(200);
    const path = `/v1/manage/images/${id}`;
    const read = (await app.as.viewer.get(path).expect(200)).body.data;
    const change = (body: object) => app.as.editor.patch(path, body).set('if-match', `"${read.version}"`);
    const changed = await change({ ...read, caption: 'Changed.' }).expect(200);
    expect(changed.body.data.file).toEqual(read.file);
    const { version } = changed.body.data;
    const other = app.as.editor.patch(path, { file: { ...read.file, width: 1 } }).set('if-match', `"${version}"`);
    expect(errorsOf(await other.expect(400))).toEqual([['/file', 'read_only']]);
    await app.as.editor.post('/v1/manage/images', { file: read.file }).expect(400);
  });

  it('lets one of many that come at once win', async () => {
    const { id } = await createResource(app, 'images', { alt: 'A picture.' });
    const files = await Promise.all([41, 42, 43, 44, 45, 46].map((width) => jpeg(width * 2, 40)));
    const answers = await Promise.all(files.map((file) => putFile(app, id, file, 1)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412]);
  });
});

describe('the words of an uploaded picture', () => {
  const credit = (text: string) => xmpPacket(`<photoshop:Credit>${text}</photoshop:Credit>`);

  it('fill what the editor left empty, and are told by pointers', async () => {
    const file = withIim(await jpeg(60, 40), record(2, 110, 'The file’s'), record(2, 120, 'A caption.'));
    const { body } = await upload(app, file, { creditLine: 'The editor’s' }).expect(201);
    expect(body.data).toMatchObject({ creditLine: 'The editor’s', caption: 'A caption.' });
    expect(body.fromFile).toEqual(['/caption']);
  });

  it.each(['jpeg', 'png', 'webp', 'avif'] as const)('are read from %s', async (format) => {
    const file = await quarters(60, 40).toFormat(format).withXmp(credit('By XMP')).toBuffer();
    const { body } = await upload(app, file).expect(201);
    expect([body.data.creditLine, body.fromFile]).toEqual(['By XMP', ['/creditLine']]);
  });

  it('leave a decorative picture without words for those who cannot see it', async () => {
    const words = xmpPacket(
      `<Iptc4xmpCore:AltTextAccessibility>${alternatives(['x-default', 'A line.'])}</Iptc4xmpCore:AltTextAccessibility>`,
    );
    const file = await quarters(60, 40).png().withXmp(words).toBuffer();
    expect((await upload(app, file, { decorative: true }).expect(201)).body.data.alt).toBeNull();
    expect((await upload(app, file).expect(201)).body.data.alt).toBe('A line.');
  });

  it('fill an image that gets its file later, but what was said of it before stays', async () => {
    const { id } = await createResource(app, 'images', { alt: 'Said.' });
    const file = await quarters(60, 40).png().withXmp(credit('By XMP')).toBuffer();
    const { body } = await putFile(app, id, file, 1).expect(200);
    expect([body.data.alt, body.data.creditLine, body.fromFile]).toEqual(['Said.', 'By XMP', ['/creditLine']]);
  });
});
