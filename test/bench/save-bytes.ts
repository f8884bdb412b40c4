// What a save of one section keeps, of a story of 300 blocks: the bytes of its revision, and those by which the database grows.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Actor } from '../../src/kernel/actor.js';
import { systemClock } from '../../src/kernel/clock.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import { servicesIn } from '../support/services.js';

export interface SaveBytes {
  /** The whole story as JSON. */
  storyBytes: number;
  sectionBytes: number;
  /** What the revision of a save keeps. */
  revisionBytes: number;
  /** By how much the database grows for each save, its log and its indexes included. */
  fileBytes: number;
}

const blocks = 300;
const saves = 400;
const editor: Actor = { key: 'bench', person: 'jane.doe', role: 'editor' };
const sentence = 'The two presidents spoke of gas, of ties and of a union, and hardly of the war next door. ';

/** @param perSection how many of the 300 blocks a section has */
export async function measureSaveBytes(perSection: number): Promise<SaveBytes> {
  const folder = mkdtempSync(join(tmpdir(), 'copydesk-bytes-'));
  const path = join(folder, 'copydesk.db');
  const open = () => {
    const store = openSqlite({ path, cacheBytesMax: 0 });
    return { store, services: servicesIn(folder, store, systemClock) };
  };
  const first = open();
  const sections = Array.from({ length: blocks / perSection }, (_, s) => ({
    heading: `Part ${s}`,
    blocks: Array.from({ length: perSection }, (_, b) => ({
      type: 'paragraph' as const,
      text: `${s}.${b} ${sentence.repeat(4)}`,
    })),
  }));
  const story = await first.services.articles.create(
    { headline: 'Three hundred blocks', language: 'en', desk: 'world', sections },
    editor,
  );
  await first.store.close();
  const before = statSync(path).size;

  const { store, services } = open();
  const [section] = story.sections;
  if (!section) throw new Error('the story has no sections');
  for (let version = 1; version <= saves; version++) {
    const changed = section.blocks.map((block, i) =>
      i === 0 ? { ...block, text: `${version} ${sentence.repeat(4)}` } : block,
    );
    await services.sections.patch(section.id, { blocks: changed }, `"${version}"`, editor);
  }
  await store.close();
  const fileBytes = Math.round((statSync(path).size - before) / saves);

  const file = new Database(path, { readonly: true });
  const revisionBytes = file
    .prepare('SELECT length(CAST(content AS BLOB)) FROM revisions WHERE resource_id = ? AND version = ?')
    .pluck()
    .get(section.id, saves + 1) as number;
  file.close();
  rmSync(folder, { recursive: true });
  const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
  return { storyBytes: bytesOf(story), sectionBytes: bytesOf(section), revisionBytes, fileBytes };
}
