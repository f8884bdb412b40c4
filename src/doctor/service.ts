// Looks at everything that is kept, and tells what is wrong and what mends it. Changes nothing.
import { join } from 'node:path';
import { hashInName, listUploads, measure } from '../backups/files.js';
import type { SchemaAge, WholeDatabase } from '../storage/database-files.js';
import type { Examination } from './examination.js';
import { examineStories } from './stories.js';
import { examineUses } from './uses.js';

/**
 * Examines part after part, beside a running server or without one. Each story is looked at as it is at one moment, so what
 * editors do meanwhile is not taken for a fault. What is stored below has to be sound before the rest is looked at.
 */
export async function* examine(
  database: WholeDatabase,
  mediaFolder: string,
  onProgress: (share: number) => void,
): AsyncGenerator<Examination> {
  const { place, cure: fromBackup } = database;
  const age = await ageOf(database);
  if (typeof age !== 'string') {
    yield { part: 'database', looked: place, faults: [age.message], cure: fromBackup };
    return;
  }
  const cure = age === 'older' ? 'starting the server, which upgrades it' : 'the version of Copydesk that wrote it';
  const faults = age === 'current' ? [] : [`it is of ${age === 'older' ? 'an older' : 'a newer'} version of Copydesk`];
  yield { part: 'schema', looked: place, faults, cure };
  const { pages, pagesLooked, references, fullText } = await database.faults();
  yield { part: 'pages and indexes', looked: pagesLooked, faults: pages, cure: fromBackup };
  yield { part: 'references', looked: 'every row', faults: references, cure: fromBackup };
  yield { part: 'full-text index', looked: 'every word', faults: fullText, cure: 'npm run reindex' };
  yield await examineUploads(mediaFolder);
  if (age !== 'current' || pages.length > 0) return;
  const store = await database.openFrozen();
  try {
    yield* await examineStories(store, onProgress);
    yield await examineUses(store);
  } finally {
    await store.close();
  }
}

/** The age of the schema, or what keeps it from being read. */
async function ageOf(database: WholeDatabase): Promise<SchemaAge | Error> {
  try {
    return await database.schemaAge();
  } catch (error) {
    return error as Error;
  }
}

async function examineUploads(folder: string): Promise<Examination> {
  const paths = await listUploads(folder);
  const faults: string[] = [];
  for (const path of paths) {
    const found = await measure(join(folder, path)).catch(() => undefined);
    // One that is gone was erased, or swept, meanwhile.
    if (found && found.sha256 !== hashInName(path)) faults.push(`${path} is not what its name says`);
  }
  return { part: 'uploaded files', looked: `${paths.length} files`, faults, cure: 'that file from a backup' };
}
