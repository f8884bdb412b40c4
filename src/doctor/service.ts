// Looks at everything that is kept, and tells what is wrong and what mends it. Changes nothing.
import { join } from 'node:path';
import { hashInName, listUploads, measure } from '../backups/files.js';
import type { DatabaseFiles, SchemaAge } from '../storage/database-files.js';
import type { Examination } from './examination.js';
import { examineStories } from './stories.js';
import { examineUses } from './uses.js';

const fromBackup = 'a backup: npm run restore into another DATA_DIR';

/**
 * Examines part after part, beside a running server or without one. Each story is looked at as it is at one moment, so what
 * editors do meanwhile is not taken for a fault. What is stored below has to be sound before the rest is looked at.
 */
export async function* examine(
  databases: DatabaseFiles,
  path: string,
  mediaFolder: string,
  onProgress: (share: number) => void,
): AsyncGenerator<Examination> {
  const age = ageOf(databases, path);
  if (typeof age !== 'string') {
    yield { part: 'database', looked: path, faults: [age.message], cure: fromBackup };
    return;
  }
  const cure = age === 'older' ? 'starting the server, which upgrades it' : 'the version of Copydesk that wrote it';
  const faults = age === 'current' ? [] : [`it is of ${age === 'older' ? 'an older' : 'a newer'} version of Copydesk`];
  yield { part: 'schema', looked: path, faults, cure };
  const { pages, references, fullText } = databases.faultsOf(path);
  yield { part: 'pages and indexes', looked: 'every page', faults: pages, cure: fromBackup };
  yield { part: 'references', looked: 'every row', faults: references, cure: fromBackup };
  yield { part: 'full-text index', looked: 'every word', faults: fullText, cure: 'npm run reindex' };
  yield await examineUploads(mediaFolder);
  if (age !== 'current' || pages.length > 0) return;
  const store = databases.openFrozen(path);
  try {
    yield* await examineStories(store, onProgress);
    yield await examineUses(store);
  } finally {
    await store.close();
  }
}

/** The age of the schema, or what keeps it from being read. */
function ageOf(databases: DatabaseFiles, path: string): SchemaAge | Error {
  try {
    return databases.schemaAgeOf(path);
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
