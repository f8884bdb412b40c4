// What backups are made of and compared by.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { run } from './processes.js';

export const backup = (DATA_DIR: string, ...args: string[]) => run('src/cli/backup.ts', args, { DATA_DIR });
export const restore = (DATA_DIR: string, ...args: string[]) => run('src/cli/restore.ts', args, { DATA_DIR });

/**
 * The rows of every table, the full-text index's own among them, as lines in order. When a key was last used is left out: a server
 * notes it a while behind the use.
 */
export function rowsByTable(path: string): Map<string, string[]> {
  const file = new Database(path, { readonly: true });
  const names = file
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
    .pluck()
    .all()
    .map(String);
  const rows = names.map((name) => {
    const lines = (file.prepare(`SELECT * FROM "${name}"`).all() as Record<string, unknown>[]).map(
      ({ last_used_at: _, ...row }) => JSON.stringify(row),
    );
    return [name, lines.sort()] as const;
  });
  file.close();
  return new Map(rows);
}

/** Puts an uploaded file where such are kept, and gives its path below DATA_DIR. */
export function upload(dataDir: string, content: string, name = createHash('sha256').update(content).digest('hex')) {
  const path = join('media', 'files', name.slice(0, 2), name.slice(2, 4), name);
  mkdirSync(dirname(join(dataDir, path)), { recursive: true });
  writeFileSync(join(dataDir, path), content);
  return path;
}

/** Everything below a folder but folders. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
