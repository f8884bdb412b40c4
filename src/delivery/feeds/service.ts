import type { Article, ArticleSummary } from '../../blocks/story.js';
import type { Clock } from '../../kernel/clock.js';
import { entityTag } from '../../kernel/entity-tag.js';
import { notFound } from '../../kernel/errors.js';
import type { Store } from '../../storage/store.js';
import { planOf, type StoryFilters } from '../articles/filters.js';
import { listSummaries } from '../articles/repository.js';
import { type Site, withWholeAddresses } from '../formats/format.js';
import { KeptAnswers } from '../kept-answers.js';
import type { FeedKind } from './feed.js';
import { countByMonth, listSummariesBetween } from './repository.js';
import { newsAgeMs, newsMax, newsSitemap, sitemap, sitemapIndex, urlsMax } from './sitemap.js';

/** Feeds and sitemaps kept in memory. */
const keptMax = 64;
const hourMs = 3_600_000;

interface Bytes {
  etag: string;
  body: Buffer;
}

/** What a feed is asked for. */
export interface FeedRequest {
  filters: StoryFilters;
  limit: number;
  /** The address that it was asked for by, below the server's own. */
  path: string;
}

export type FeedService = ReturnType<typeof feedService>;

/** Feeds and sitemaps, made of what is live and kept until that changes. */
export function feedService(store: Store, clock: Clock, site: Site) {
  const kept = new KeptAnswers<Bytes>(store, keptMax);

  function bytesOf(text: string): Bytes {
    const body = Buffer.from(text);
    return { body, etag: entityTag(body) };
  }

  /** The newest stories of a list, whole. */
  async function newest({ filters, limit }: FeedRequest): Promise<Article[]> {
    const found = await listSummaries(store, planOf(filters), limit, undefined);
    const rows = Array.isArray(found) ? found : found.rows;
    const stories = await Promise.all(rows.map(({ id }) => readStory(id)));
    return stories.filter((story) => story !== undefined);
  }

  async function readStory(id: string): Promise<Article | undefined> {
    const found = store.findSnapshot(id);
    // The bytes are to be read in the turn of the event loop in which they were found.
    const lease = found instanceof Promise ? (await found)?.read() : found?.read();
    if (lease === undefined) return undefined;
    const { data } = JSON.parse(lease.bytes.toString('utf8')) as { data: Article };
    lease.release();
    return data;
  }

  /** A feed of the newest stories that have what was asked for. */
  function feed(kind: FeedKind, request: FeedRequest): Bytes | Promise<Bytes> {
    return kept.get(JSON.stringify([kind.name, request]), async () => {
      const stories = (await newest(request)).map((story) => withWholeAddresses(story, site));
      const title = titleOf(site, request.filters, stories);
      return bytesOf(kind.render({ title, url: `${site.origin}${request.path}`, site, stories }));
    });
  }

  /** The stories of the last two days, whose end moves on by the hour. */
  function news(): Bytes | Promise<Bytes> {
    const hour = Math.floor(clock.now().getTime() / hourMs);
    return kept.get(`news ${hour}`, async () => {
      const from = new Date(hour * hourMs - newsAgeMs).toISOString();
      const before = new Date((hour + 1) * hourMs).toISOString();
      const summaries = await listSummariesBetween(store, from, before, newsMax);
      return bytesOf(newsSitemap(summaries.map(parse), site));
    });
  }

  /** Where the sitemaps are: that of the news, and for each month as many as its stories fill. */
  function index(path: string, newsPath: string): Bytes | Promise<Bytes> {
    return kept.get('index', async () => {
      const months = await countByMonth(store);
      const parts = months.flatMap(({ month, stories }) =>
        Array.from({ length: Math.ceil(stories / urlsMax) }, (_, i) => `${path}/${month}-${i + 1}.xml`),
      );
      return bytesOf(sitemapIndex([newsPath, ...parts].map((address) => `${site.origin}${address}`)));
    });
  }

  /** A part of a month's sitemap, such as `2022-12-1.xml`. @throws `not_found` */
  function ofMonth(file: string): Bytes | Promise<Bytes> {
    const [, year, month, part] = /^(\d{4})-(0[1-9]|1[0-2])-([1-9]\d{0,4})\.xml$/.exec(file) ?? [];
    if (year === undefined || month === undefined) throw notFound('sitemap', file);
    return kept.get(file, async () => {
      const end = new Date(Date.UTC(Number(year), Number(month), 1)).toISOString();
      const offset = (Number(part) - 1) * urlsMax;
      const summaries = await listSummariesBetween(store, `${year}-${month}`, end, urlsMax, offset);
      if (summaries.length === 0) throw notFound('sitemap', file);
      return bytesOf(sitemap(summaries.map(parse), site));
    });
  }

  return { feed, news, index, ofMonth };
}

function parse(summary: string): ArticleSummary {
  return JSON.parse(summary) as ArticleSummary;
}

/** What a list is called: the site, and what its stories have in common by the filters. */
function titleOf(site: Site, { desk, tag, language }: StoryFilters, [first]: readonly Article[]): string {
  const tagNames = (tag ?? []).map((key) => first?.tags.find((one) => one.key === key)?.name ?? key);
  const parts = [desk === undefined ? [] : (first?.desk.name ?? desk), tagNames, language ?? []].flat();
  return parts.length === 0 ? site.name : `${site.name}: ${parts.join(', ')}`;
}
