// What a story and a save keep on disk, on either engine: the example story posted and published many times, as others than itself.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArticleDraft, type ManagedArticle } from '../../src/content/articles/schemas.js';
import type { Actor } from '../../src/kernel/actor.js';
import { systemClock } from '../../src/kernel/clock.js';
import { versionTag } from '../../src/kernel/version-tags.js';
import { openPostgres } from '../../src/storage/postgres/engine.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import type { Store } from '../../src/storage/store.js';
import { onDatabase } from '../support/postgres.js';
import { startPostgres } from '../support/postgres-server.js';
import { servicesIn } from '../support/services.js';

export interface StorageBytes {
  /** What readers get of the story. */
  deliveredBytes: number;
  /** What a published story keeps, its images, quotes, embeds, first revisions, indexes and words to search among it. */
  storyBytes: number;
  /** What a save of one section and its publication keep beyond that. */
  revisionBytes: number;
  /** What PostgreSQL's write-ahead log, and so a replica, has of each; of SQLite, whose log is written over, nothing. */
  storyLogBytes: number | undefined;
  revisionLogBytes: number | undefined;
}

const stories = 300;
const savesPerStory = 5;
const editor: Actor = { key: 'bench', person: 'jane.doe', role: 'publisher' };
const seed = readFileSync(new URL('../../seed/putin-lukashenko-minsk.json', import.meta.url), 'utf8');

interface Size {
  data: number;
  log: number | undefined;
}

/** The example story under other ids, so that it has its own images, quotes and embeds. */
function another(i: number): ArticleDraft {
  const others = new Map<string, string>();
  const text = seed.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => {
    const other = others.get(id) ?? randomUUID();
    others.set(id, other);
    return other;
  });
  return ArticleDraft.parse({ ...JSON.parse(text), slug: `another-${i}` });
}

async function measure(folder: string, store: Store, sizeOf: () => Promise<Size>): Promise<StorageBytes> {
  const { articles, publishing, sections } = servicesIn(folder, store, systemClock);
  const publish = async ({ id, version }: { id: string; version: number }) =>
    (await publishing.publish(id, {}, versionTag(version), editor)).article;
  const empty = await sizeOf();
  const all: ManagedArticle[] = [];
  for (let i = 0; i < stories; i++) all.push(await publish(await articles.create(another(i), editor)));
  const full = await sizeOf();
  for (let save = 1; save <= savesPerStory; save++)
    for (const [i, story] of all.entries()) {
      const section = story.sections.at(-1);
      if (!section) throw new Error('the story has no sections');
      const change = { heading: `Heading ${save}` };
      await sections.patch(section.id, change, versionTag(section.version), editor);
      all[i] = await publish(await articles.get(story.id));
    }
  const saved = await sizeOf();
  const snapshot = await store.findSnapshot('another-0');
  const per = (bytes: number, count: number) => Math.round(bytes / count);
  const logOf = (from: Size, to: Size, count: number) =>
    from.log === undefined || to.log === undefined ? undefined : per(to.log - from.log, count);
  return {
    deliveredBytes: snapshot?.read().bytes.length ?? 0,
    storyBytes: per(full.data - empty.data, stories),
    revisionBytes: per(saved.data - full.data, stories * savesPerStory),
    storyLogBytes: logOf(empty, full, stories),
    revisionLogBytes: logOf(full, saved, stories * savesPerStory),
  };
}

async function ofSqlite(folder: string): Promise<StorageBytes> {
  const path = join(folder, 'copydesk.db');
  const store = openSqlite({ path, cacheBytesMax: 0 });
  try {
    return await measure(folder, store, async () => {
      const beside = openSqlite({ path, cacheBytesMax: 0, isMigrated: true });
      // Written anew, it has no room that is left over.
      await beside.purge();
      await beside.close();
      return { data: statSync(path).size, log: undefined };
    });
  } finally {
    await store.close();
  }
}

async function ofPostgres(folder: string): Promise<StorageBytes> {
  const server = await startPostgres([]);
  await server.server.createDatabase('newsroom');
  const url = `${server.url}/newsroom`;
  const store = await openPostgres({ url, cacheBytesMax: 0 });
  try {
    return await measure(folder, store, () =>
      onDatabase(url, async (client) => {
        await client.query('VACUUM (FULL, ANALYZE)');
        const { rows } = await client.query(
          "SELECT pg_database_size(current_database())::float8 AS data, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 AS log",
        );
        return rows[0] as Size;
      }),
    );
  } finally {
    await store.close();
    await server.stop();
  }
}

export async function measureStorageBytes(): Promise<Record<'sqlite' | 'postgres', StorageBytes>> {
  const folder = mkdtempSync(join(tmpdir(), 'copydesk-storage-'));
  try {
    return { sqlite: await ofSqlite(folder), postgres: await ofPostgres(folder) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
