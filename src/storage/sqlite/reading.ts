import DatabaseFile from 'better-sqlite3';

/** A file that cannot be written through this connection. Apart from what builds queries, which takes long to load. */
export function openForReading(path: string): DatabaseFile.Database {
  const file = new DatabaseFile(path, { readonly: true, timeout: 5000 });
  file.pragma('trusted_schema = OFF');
  file.pragma('query_only = ON');
  return file;
}
