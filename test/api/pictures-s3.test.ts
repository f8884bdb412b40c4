import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.js';
import { sweep } from '../../src/media/sweep/service.js';
import { startApp, type TestApp } from '../support/app.js';
import { cleared, erase } from '../support/erasing.js';
import { cornersOf, fetchPicture, jpeg, upload } from '../support/pictures.js';
import { startS3 } from '../support/s3.js';

let s3: Awaited<ReturnType<typeof startS3>>;
let app: TestApp;
beforeAll(async () => {
  s3 = await startS3('pictures');
  app = await startApp({ environment: { ...s3.settings, S3_PREFIX: 'copydesk-' } });
});
afterAll(async () => {
  await app.close();
  await s3.close();
});

const objects = () => readdirSync(join(s3.directory, 'pictures')).filter((name) => name.endsWith('_object'));
const localFiles = () => readdirSync(join(dirname(app.path), 'media'), { recursive: true, encoding: 'utf8' });

describe('files in a bucket', () => {
  it('are put there, shown from there, and nothing of them stays here but renditions', async () => {
    const { data } = (await upload(app, await jpeg(600, 400), { alt: 'A picture.' }).expect(201)).body;
    expect(objects().join()).toContain(data.file.sha256);
    const { data: addresses } = (await app.as.viewer.get(`/v1/manage/images/${data.id}/addresses`).expect(200)).body;
    const shown = await fetchPicture(app, addresses.original).expect(200);
    expect(await cornersOf(shown.body)).toEqual(['red', 'green', 'blue', 'yellow']);
    const pathsHere = localFiles().filter((name) => /\w{8}-|\w{64}/.test(name) && !name.startsWith('renditions/'));
    expect(pathsHere).toEqual([]);
  });

  it('are swept, and erased, like those in a folder', async () => {
    const { data } = (await upload(app, await jpeg(62, 40), { alt: 'A picture.' }).expect(201)).body;
    const { media } = app.services;
    const whole = await sweep(app.store, media, true);
    expect([whole.missing, whole.damaged, whole.kept > 0]).toEqual([[], [], true]);
    await media.files.remove(data.file.sha256);
    expect((await sweep(app.store, media, false)).missing).toEqual([{ sha256: data.file.sha256, imageIds: [data.id] }]);
    const { data: other } = (await upload(app, await jpeg(64, 40), { alt: 'A picture.' }).expect(201)).body;
    await cleared(app, await erase(app, 'image', other.id));
    expect(objects().join()).not.toContain(other.file.sha256);
  });

  it('that cannot be reached are 503, and an upload then leaves nothing', async () => {
    const nowhere = await startApp({ environment: { ...s3.settings, S3_ENDPOINT: 'http://127.0.0.1:1' } });
    await upload(nowhere, await jpeg(60, 40)).expect(503);
    const { body } = await nowhere.as.viewer.get('/v1/manage/images').expect(200);
    expect(body.data).toEqual([]);
    await nowhere.close();
  });
});

describe('the settings of a bucket', () => {
  it('go together', () => {
    expect(() => readConfig({ S3_BUCKET: 'b', S3_ACCESS_KEY_ID: 'x' })).toThrow(ConfigError);
    expect(readConfig({ S3_BUCKET: 'b' }).s3).toMatchObject({
      bucket: 'b',
      region: 'us-east-1',
      credentials: undefined,
    });
    expect(readConfig({}).s3).toBeUndefined();
  });
});
