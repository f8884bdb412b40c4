// What lists of many managed resources cost, and that they find all the same what is rare among them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examinedMax } from '../../src/storage/keyset.js';
import { startApp, type TestApp } from '../support/app.js';
import { createResource, type Members } from '../support/editing.js';
import { QueryLog, wholeReads } from '../support/queries.js';
import type { Row } from '../support/raw.js';
import { createStory, embed, image, shortStory } from '../support/stories.js';

const log = new QueryLog();
let app: TestApp;
/** The oldest of all, with a tag and words that no other has. */
let oldest: { id: string };
let oldestEmbed: { id: string };
const count = 2 * examinedMax + 100;

/** Fills a table with copies of a row, each changed a second after the one before. */
async function multiply(table: string, id: string, other: (i: number) => Row = () => ({})): Promise<void> {
  const [row] = await app.raw.rows(`SELECT * FROM ${table} WHERE id = '${id}'`);
  const copies = Array.from({ length: count }, (_, i) => {
    const at = new Date(Date.parse('2030-01-01') + i * 1000).toISOString();
    const copy = { ...row, id: `01852a5c-0000-7000-8000-${String(i).padStart(12, '0')}` };
    return { ...copy, created_at: at, updated_at: at, ...other(i) };
  });
  await app.raw.fill(table, copies);
}

beforeAll(async () => {
  app = await startApp({ wrapStore: log.wrap });
  oldest = await createStory(app, shortStory({ headline: 'The Éldest', slug: 'rare', tags: ['common', 'rare'] }));
  oldestEmbed = await createResource(app, 'embeds', { ...embed, kind: 'audio', title: 'The Éldest' });
  const { id } = await createStory(app, shortStory({ tags: ['common'], stage: 'ready' }));
  const film = await createResource(app, 'embeds', embed);
  const picture = await createResource(app, 'images', image);
  await multiply('articles', id, (i) => ({ slug: `copy-${i}`, stage: i % 2 ? 'ready' : 'review' }));
  await multiply('embeds', film.id);
  await multiply('images', picture.id);
  await app.raw.run("INSERT INTO article_tags SELECT id, 'common' FROM articles WHERE slug LIKE 'copy-%'");
});
afterAll(() => app.close());

interface Listed {
  data: Members[];
  page: { next: string | null };
}
const idsOf = (data: Members[]) => data.map(({ id }) => id);

/** What each page of a list has. */
async function pagesOf(path: string): Promise<unknown[][]> {
  const pages: unknown[][] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { data, page }: Listed = (
      await app.as.viewer.get(`${path}${cursor === '' ? '' : `&cursor=${cursor}`}`).expect(200)
    ).body;
    pages.push(idsOf(data));
    cursor = page.next;
  }
  return pages;
}

/** The steps of every query of a list, without those for the rows of the page itself. */
const stepsOf = async (address: string) =>
  (await log.plansOf(app, () => app.as.viewer.get(address).expect(200))).slice(0, -1).flat();

describe('a list of what is deleted', () => {
  it.each(['articles', 'images', 'quotes', 'embeds'])('is read along an index of just those: %s', async (plural) => {
    const steps = await stepsOf(`/v1/manage/${plural}?deleted=true`);
    expect(steps.join('\n')).toContain(`${plural}_deleted_by_update`);
    expect(steps.filter((step) => step.startsWith('sort'))).toEqual([]);
  });
});

describe('a list of many articles', () => {
  it.each<[string, string]>([
    ['', 'articles_by_update'],
    ['?stage=ready', 'articles_of_stage (stage'],
    ['?state=unpublished', 'articles_of_state (state'],
    ['?desk=world', 'articles_of_desk (desk'],
    ['?updatedBy=jane.doe', 'articles_of_actor (updated_by_actor'],
    ['?updatedBy=0123456789ab', 'articles_of_key (updated_by_key'],
    ['?updatedSince=2030-01-01T00:00:00Z', 'articles_by_update (updated_at…'],
    ['?deleted=true', 'articles_deleted_by_update'],
    ['?sort=createdAt', 'articles_by_creation'],
    ['?sort=publishedAt', 'articles_by_publication (published_at…'],
    ['?sort=-updatedAt&stage=ready&updatedSince=2030-01-01T00:00:00Z', 'articles_of_stage (stage, updated_at…)'],
  ])('is read in its order along one index: %s', async (query, index) => {
    const steps = await stepsOf(`/v1/manage/articles${query}`);
    expect(steps.join('\n')).toContain(index);
    expect(steps.filter((step) => step.startsWith('sort'))).toEqual([]);
    expect(wholeReads(steps)).toEqual([]);
  });

  it.each<[string, string]>([
    ['?tag=rare', 'article_tags_by_tag (tag'],
    ['?state=scheduled', 'articles_scheduled'],
    ['?stage=draft&sort=publishedAt', 'articles_of_stage (stage'],
    ['?updatedSince=2030-01-01T01:00:00Z&sort=createdAt', 'articles_by_update (updated_at…'],
  ])('is the whole of a small set, sorted: %s', async (query, index) => {
    const steps = await stepsOf(`/v1/manage/articles${query}`);
    expect(steps.join('\n')).toContain(index);
    expect(wholeReads(steps)).toEqual([]);
  });

  it.each([
    '?tag=common&desk=world',
    '?tag=!common',
    '?desk=world&stage=ready&state=unpublished&updatedSince=2022-01-01T00:00:00Z&sort=-createdAt',
    '?text=nothing+has+this&sort=publishedAt',
    '?hasUnpublishedChanges=true',
  ])('looks at a bounded number, whatever is asked: %s', async (query) => {
    const address = `/v1/manage/articles${query}`;
    const steps = await stepsOf(address);
    expect(wholeReads(steps)).toEqual([]);
    for (const { sql, params } of log.asked.filter(({ sql }) => /"(examined|counted)"/.test(sql))) {
      expect(sql).toMatch(/ limit (\?|\$\d+)\) "(examined|counted)"/);
      const limits = params.filter((param) => typeof param === 'number');
      expect(Math.max(...limits)).toBeLessThanOrEqual(2 * examinedMax);
    }
  });

  it('finds at once what a rare tag is on, though it is the last', async () => {
    expect(await pagesOf('/v1/manage/articles?tag=rare')).toEqual([[oldest.id]]);
    expect(await pagesOf('/v1/manage/articles?tag=rare&tag=common&sort=createdAt')).toEqual([[oldest.id]]);
    expect(await pagesOf('/v1/manage/articles?stage=draft&text=eldest&sort=publishedAt')).toEqual([[oldest.id]]);
  });

  it('ends a page early rather than late, and leads on to what there is', async () => {
    expect(await pagesOf('/v1/manage/articles?text=eldest')).toEqual([[], [], [oldest.id]]);
    expect(await pagesOf('/v1/manage/articles?text=eldest&sort=publishedAt')).toEqual([[], [], [oldest.id]]);
  });

  it('leads back over pages that ended early', async () => {
    const first = '/v1/manage/articles?text=eldest&sort=updatedAt';
    const { data, page } = (await app.as.viewer.get(first).expect(200)).body;
    expect(idsOf(data)).toEqual([oldest.id]);
    const second = (await app.as.viewer.get(`${first}&cursor=${page.next}`).expect(200)).body;
    expect(second.data).toEqual([]);
    expect(second.page.next).not.toBeNull();
  });
});

describe('a list of many resources', () => {
  it.each(['images', 'embeds'])('of the library is read along an index, whatever is asked: %s', async (plural) => {
    for (const query of ['', '?text=x', '?used=true', '?used=false&text=x&updatedBy=jane.doe', '?sort=updatedAt']) {
      const steps = await stepsOf(`/v1/manage/${plural}${query}`);
      expect(steps.join('\n')).toContain(`${plural}_by_update`);
      expect(wholeReads(steps)).toEqual([]);
      expect(steps.filter((step) => step.startsWith('sort'))).toEqual([]);
    }
  });

  it('ends a page early rather than late, and leads on to what there is', async () => {
    for (const query of ['kind=audio', 'text=eldest', 'kind=audio&used=false&text=ELD']) {
      expect(await pagesOf(`/v1/manage/embeds?${query}`)).toEqual([[], [], [oldestEmbed.id]]);
    }
  });
});
