// What is kept of picture files, for how long, and what is left of them by what goes wrong.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { createResource } from '../support/editing.js';
import { cleared, erase } from '../support/erasing.js';
import { fetchPicture, givePicture, jpeg, noise, putFile, upload } from '../support/pictures.js';
import { run } from '../support/processes.js';
import { removed } from '../support/removal.js';
import { liveStory } from '../support/stories.js';

let app: TestApp;
let folder: string;
beforeAll(async () => {
  app = await startApp();
  folder = dirname(app.path);
});
afterAll(() => app.close());

const pathOf = (sha256: string) => join(folder, 'media/files', sha256.slice(0, 2), sha256.slice(2, 4), sha256);
const renditionsOf = (id: string) => join(folder, 'media/renditions', id);
const sweepOnce = (...args: string[]) => run('src/cli/sweep.ts', args, app.settings);
const old = new Date(Date.now() - 2 * 3_600_000);

async function imageWith(file: Buffer): Promise<{ id: string; sha256: string }> {
  const { data } = (await upload(app, file, { alt: 'A picture.', creditLine: 'A' }).expect(201)).body;
  return { id: data.id, sha256: data.file.sha256 };
}

async function liveWith(id: string): Promise<{ id: string; slug: string; picture: string }> {
  const sections = [
    {
      blocks: [
        { type: 'image', imageId: id },
        { type: 'paragraph', text: 'Shown.' },
      ],
    },
  ];
  const story = await liveStory(app, { headline: 'Shown', language: 'en', desk: 'world', sections });
  const { data } = (await app.anybody.get(`/v1/images/${id}`).expect(200)).body;
  return { ...story, picture: data.renditions.src };
}

describe('the file of an image', () => {
  it('stays when the image is deleted, or has another, since its revisions show it', async () => {
    const { id, sha256 } = await imageWith(await jpeg(60, 40));
    await putFile(app, id, await jpeg(62, 40), 1).expect(200);
    await removed(app, `/v1/manage/images/${id}`);
    const { code } = await sweepOnce();
    expect([code, existsSync(pathOf(sha256))]).toEqual([0, true]);
    const undeleted = app.as.editor.post(`/v1/manage/images/${id}/undelete`).set('if-match', '"3"');
    expect((await undeleted.expect(200)).body.data.file.width).toBe(62);
  });

  it('goes with its renditions when the image is erased, at once for readers, and to the last byte', async () => {
    const { id, sha256 } = await imageWith(await jpeg(64, 40));
    const first = sha256;
    const second = (await putFile(app, id, await jpeg(66, 40), 1).expect(200)).body.data.file.sha256;
    const { picture, slug } = await liveWith(id);
    await fetchPicture(app, picture).expect(200);
    const signed = (await app.as.viewer.get(`/v1/manage/images/${id}/addresses`).expect(200)).body.data.original;
    const erasure = await erase(app, 'image', id, { uses: 'remove' });
    await fetchPicture(app, picture).expect(404);
    await fetchPicture(app, signed).expect(404);
    await cleared(app, erasure);
    expect([first, second].map((file) => existsSync(pathOf(file)))).toEqual([false, false]);
    expect(existsSync(renditionsOf(id))).toBe(false);
    expect((await app.anybody.get(`/v1/articles/${slug}`).expect(200)).text).not.toContain(id);
    expect(await app.store.all(app.store.db.select().from(app.store.tables.imageFiles))).not.toContainEqual(
      expect.objectContaining({ imageId: id }),
    );
  });

  it('stays for another image that has the same', async () => {
    const [one, other] = [await imageWith(await jpeg(68, 40)), await imageWith(await jpeg(68, 40))];
    expect(one.sha256).toBe(other.sha256);
    await cleared(app, await erase(app, 'image', one.id));
    expect(existsSync(pathOf(other.sha256))).toBe(true);
    const { data } = (await app.as.viewer.get(`/v1/manage/images/${other.id}/addresses`).expect(200)).body;
    await fetchPicture(app, data.original).expect(200);
    await cleared(app, await erase(app, 'image', other.id));
    expect(existsSync(pathOf(other.sha256))).toBe(false);
  });
});

describe('npm run sweep', () => {
  it('removes what no image shows and what never arrived whole, but not what is on its way', async () => {
    const orphan = 'ab'.repeat(32);
    const { id } = await imageWith(await jpeg(70, 40));
    const young = 'cd'.repeat(32);
    for (const [name, age] of [
      [orphan, old],
      [young, new Date()],
    ] as const) {
      const path = pathOf(name);
      await app.services.media.files.put(name, import.meta.filename);
      utimesSync(path, age, age);
    }
    const [left, arriving] = [join(folder, 'media/incoming/left'), join(folder, 'media/incoming/arriving')];
    for (const path of [left, arriving]) writeFileSync(path, 'half');
    utimesSync(left, old, old);
    const { code, stdout } = await sweepOnce();
    expect([code, stdout]).toEqual([0, expect.stringMatching(/removed 1 that no image shows\nremoved 1 that had not/)]);
    expect([orphan, young].map((name) => existsSync(pathOf(name)))).toEqual([false, true]);
    expect([left, arriving].map((path) => existsSync(path))).toEqual([false, true]);
    await app.as.viewer.get(`/v1/manage/images/${id}/addresses`).expect(200);
  });

  it('removes renditions of versions that are no more; those of now stay', async () => {
    const { id } = await imageWith(await jpeg(72, 40));
    const { picture } = await liveWith(id);
    await fetchPicture(app, picture).expect(200);
    const before = readdirSync(renditionsOf(id));
    await givePicture(app, id, await jpeg(74, 40));
    await fetchPicture(app, picture).redirects(0).expect(307);
    const { data } = (await app.anybody.get(`/v1/images/${id}`).expect(200)).body;
    await fetchPicture(app, data.renditions.src).expect(200);
    await sweepOnce();
    const after = readdirSync(renditionsOf(id));
    expect([before.length, after.length, after[0] === before[0]]).toEqual([1, 1, false]);
  });

  it('tells what is lost and what is damaged, and fails', async () => {
    const [lost, broken] = [await imageWith(await jpeg(76, 40)), await imageWith(await jpeg(78, 40))];
    await app.services.media.files.remove(lost.sha256);
    writeFileSync(pathOf(broken.sha256), 'other bytes');
    const quick = await sweepOnce();
    expect([quick.code, quick.stdout]).toEqual([1, expect.stringContaining(`missing: ${lost.sha256} of ${lost.id}`)]);
    expect(quick.stdout).not.toContain('damaged');
    const whole = await sweepOnce('--verify');
    expect(whole.stdout).toContain(`damaged: ${broken.sha256} of ${broken.id}`);
    const { data } = (await app.as.viewer.get(`/v1/manage/images/${lost.id}/addresses`).expect(200)).body;
    await fetchPicture(app, data.original).expect(503);
    // What brings it back is the same file once more.
    await putFile(app, lost.id, await jpeg(76, 40), 1).expect(200);
    await fetchPicture(app, data.original).expect(200);
  });

  it('says what it takes', async () => {
    expect(await sweepOnce('--all')).toMatchObject({ code: 2, stderr: expect.stringContaining('usage') });
  });
});

describe('a folder that cannot be used', () => {
  it('of renditions is 503 for readers, and they are served once it can be', async () => {
    const { id } = await imageWith(await jpeg(82, 40));
    const { picture } = await liveWith(id);
    const place = join(folder, 'media/renditions');
    renameSync(place, `${place}-away`);
    writeFileSync(place, '');
    await fetchPicture(app, picture).expect(503);
    rmSync(place);
    renameSync(`${place}-away`, place);
    await fetchPicture(app, picture).expect(200);
  });

  it.each(['incoming', 'files'])(
    'is 503 for an upload that is to go to %s, and nothing of it is kept',
    async (name) => {
      const { id } = await createResource(app, 'images', { alt: 'A picture.' });
      const file = await jpeg(80, name === 'files' ? 40 : 42);
      const place = join(folder, 'media', name);
      mkdirSync(place, { recursive: true });
      renameSync(place, `${place}-away`);
      writeFileSync(place, '');
      await putFile(app, id, file, 1).expect(503);
      // Of a megabyte or two, which is more than is read of a request that nobody takes.
      await upload(app, await noise(900, 700).png().toBuffer(), { alt: 'Noise.' }).expect(503);
      rmSync(place);
      renameSync(`${place}-away`, place);
      expect((await app.as.viewer.get(`/v1/manage/images/${id}`).expect(200)).body.data.file).toBeNull();
      await putFile(app, id, file, 1).expect(200);
    },
  );
});
