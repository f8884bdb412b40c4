// What is wrong with a request is told in words that say what would be right.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

interface Told {
  pointer?: string;
  parameter?: string;
  message: string;
}
const told = (errors: Told[]) => Object.fromEntries(errors.map((one) => [one.pointer ?? one.parameter, one.message]));

describe('a parameter that is wrong', () => {
  it.each([
    ['tag=A+B', 'tag', 'must be the key of a tag, after ! to exclude it'],
    ['tag=gas&tag=A+B', 'tag', 'must be the key of a tag, after ! to exclude it'],
    ['contains=picture', 'contains', /^must be one of: paragraph, .*video.*; or the id of an image, quote or embed$/],
    ['from=yesterday', 'from', 'must be a date such as 2022-12-19, or an instant such as 2022-12-19T17:05:00Z'],
    ['to=2022-13-01', 'to', 'must be a date such as 2022-12-19, or an instant such as 2022-12-19T17:05:00Z'],
    ['updatedSince=now', 'updatedSince', 'must be an instant with its time zone, such as 2022-12-19T17:05:00Z'],
    ['sort=headline', 'sort', 'must be one of: -publishedAt, publishedAt, -updatedAt, updatedAt, relevance'],
    ['speaker=', 'speaker', 'must have at least 1 character'],
    [`q=${'a'.repeat(201)}`, 'q', 'must have at most 200 characters'],
    ['desk=world&desk=sport', 'desk', 'must be a string, not an array'],
  ])('says what it may be: %s', async (query, parameter, message) => {
    const { body } = await app.anybody.get(`/v1/articles?${query}`).expect(400);
    expect(told(body.errors)).toEqual({ [parameter]: expect.stringMatching(message) });
  });

  it('counts its repetitions', async () => {
    const tags = Array.from({ length: 21 }, (_, i) => `tag=t${i}`).join('&');
    const { body } = await app.anybody.get(`/v1/articles?${tags}`).expect(400);
    expect(told(body.errors)).toEqual({ tag: 'must have at most 20 items' });
  });
});

describe('a body that is wrong', () => {
  it('says of every place what it may be', async () => {
    const blocks = [
      { type: 'heading', level: 7, text: 'One' },
      { type: 'quote', quote: { text: '' } },
      { type: 'embed', embed: { kind: 'film', provider: 'Example', title: 'T', duration: '2:04' } },
      { type: 'list', ordered: 'yes', items: null },
      { type: 'image', imageId: 'one' },
    ];
    const story = { headline: 123, language: 'en', desk: 'world', tags: 'gas', related: [7], sections: [{ blocks }] };
    const { body } = await app.as.editor.post('/v1/manage/articles').send(story).expect(400);
    const at = (block: number, field: string) => `/sections/0/blocks/${block}/${field}`;
    expect(told(body.errors)).toEqual({
      '/headline': 'must be a string, not a number',
      '/tags': 'must be an array, not a string',
      '/related/0': 'must be a string, not a number',
      [at(0, 'level')]: 'must be one of: 2, 3, 4',
      [at(1, 'quote/text')]: 'must have at least 1 character',
      [at(2, 'embed/kind')]: 'must be one of: video, audio, social, interactive, document',
      [at(2, 'embed/duration')]: 'must be an ISO 8601 duration such as PT2M4S',
      [at(3, 'ordered')]: 'must be true or false, not a string',
      [at(3, 'items')]: 'must be an array, not null',
      [at(4, 'imageId')]: 'must be a UUID',
    });
  });
});
