// Pictures to upload, made by the tests: small, and of whatever kind is wanted; and what is done with them over HTTP.
import sharp, { type Sharp } from 'sharp';
import supertest, { type Test } from 'supertest';
import { deliveredImage } from '../../src/blocks/library.js';
import type { Renditions } from '../../src/blocks/renditions.js';
import type { Role } from '../../src/kernel/actor.js';
import type { TestApp } from './app.js';
import { requireConformance } from './conformance.js';

type Rgb = readonly [number, number, number];
export const colours = {
  red: [220, 30, 30],
  green: [30, 170, 60],
  blue: [40, 60, 200],
  yellow: [240, 210, 40],
} as const satisfies Record<string, Rgb>;

/** Four quarters, so that any turn, mirroring or crop can be told: red and green above, blue and yellow below. */
export function quarters(width = 600, height = 400): Sharp {
  const [half, middle] = [width / 2, height / 2];
  const quarter = (colour: Rgb, left: number, top: number) => ({
    input: { create: { width: half, height: middle, channels: 3 as const, background: rgb(colour) } },
    left,
    top,
  });
  return sharp({ create: { width, height, channels: 3, background: '#000000' } }).composite([
    quarter(colours.red, 0, 0),
    quarter(colours.green, half, 0),
    quarter(colours.blue, 0, middle),
    quarter(colours.yellow, half, middle),
  ]);
}

function rgb([r, g, b]: Rgb) {
  return { r, g, b };
}

/** A picture that nothing makes smaller: of so many pixels it has the most bytes. */
export function noise(width: number, height: number, sigma = 60): Sharp {
  const grain = { type: 'gaussian' as const, mean: 128, sigma };
  return sharp({ create: { width, height, channels: 3, background: '#000', noise: grain } });
}

/** A JPEG of four quarters. */
export function jpeg(width = 600, height = 400): Promise<Buffer> {
  return quarters(width, height).jpeg({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer();
}

/** The name of the colour at a place of a picture, in shares of its sides; its values when it is none of the four. */
export async function colourAt(picture: Buffer, x: number, y: number): Promise<string> {
  const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const column = Math.min(info.width - 1, Math.floor(x * info.width));
  const row = Math.min(info.height - 1, Math.floor(y * info.height));
  const at = (row * info.width + column) * info.channels;
  const found = [...data.subarray(at, at + 3)];
  const isNear = (colour: Rgb) => colour.every((value, i) => Math.abs(value - (found[i] ?? 0)) < 40);
  return Object.entries(colours).find(([, colour]) => isNear(colour))?.[0] ?? found.join(' ');
}

/** The colours of the four corners, as one reads. */
export function cornersOf(picture: Buffer): Promise<string[]> {
  const corners = [
    [0.1, 0.1],
    [0.9, 0.1],
    [0.1, 0.9],
    [0.9, 0.9],
  ] as const;
  return Promise.all(corners.map(([x, y]) => colourAt(picture, x, y)));
}

type Server = Pick<TestApp, 'app' | 'keys'>;

/** Uploads a picture as a form, with facts or without. */
export function upload(
  { app, keys }: Server,
  file: Buffer,
  facts?: object,
  { role = 'editor', name = 'picture.jpg' }: { role?: Role; name?: string } = {},
): Test {
  const path = '/v1/manage/images';
  const test = supertest(app.server).post(path).set('authorization', `Bearer ${keys[role]}`).attach('file', file, name);
  if (facts) test.field('facts', JSON.stringify(facts));
  return test.expect((response) => requireConformance(app, 'post', path, response));
}

/** Gives an image a file. The answer is for the caller to judge. */
export function putFile(
  { app, keys }: Server,
  id: string,
  file: Buffer,
  version: number,
  { role = 'publisher', query = '' }: { role?: Role; query?: string } = {},
): Test {
  const path = `/v1/manage/images/${id}/file${query}`;
  return supertest(app.server)
    .put(path)
    .set('authorization', `Bearer ${keys[role]}`)
    .set('if-match', `"${version}"`)
    .set('content-type', 'image/jpeg')
    .send(file)
    .expect((response) => requireConformance(app, 'put', path, response));
}

/** Gives an image a picture, and tells where its smallest rendition is while it is live. */
export async function givePicture(app: TestApp, id: string, file?: Buffer): Promise<string> {
  const { version } = (await app.as.viewer.get(`/v1/manage/images/${id}`).expect(200)).body.data;
  const { body } = await putFile(app, id, file ?? (await jpeg()), version).expect(200);
  return `${deliveredImage(id, body.data).renditions?.srcset[0]?.url}.jpg`;
}

/** Fetches a picture, and its bytes. */
export function fetchPicture({ app }: Server, path: string): Test {
  return supertest(app.server)
    .get(path)
    .buffer(true)
    .expect((response) => requireConformance(app, 'get', path.split('?')[0] ?? '', response));
}

/** A rendition by its shape, width and format. */
export function renditionAt(
  { template }: Pick<Renditions, 'template'>,
  shape: string,
  width: number | string,
  format: string,
): string {
  return template.replace('{shape}', shape).replace('{width}', String(width)).replace('{format}', format);
}
