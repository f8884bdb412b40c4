// Takes what one engine keeps over to the other, row by row.
import { getTableName, is, sql, Table } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { drizzleOn } from '../../src/storage/postgres/database.js';
import * as postgresTables from '../../src/storage/postgres/tables.js';
import type { Store } from '../../src/storage/store.js';
import { onDatabase } from '../support/postgres.js';

/** What is written anew on the other side, since engines have their own. */
const own = new Set(['story_documents', 'story_texts', 'quote_documents', 'speakers', 'secrets']);
/** More would be more parameters than a statement may have. */
const rowsAtOnce = 500;

/**
 * Takes every row over, as it is, whatever guards the tables otherwise. What is found by words is for whoever needs it to index.
 * @param url of a database that has the tables, and nothing in them
 */
export async function takeOver(from: Store, url: string): Promise<void> {
  await onDatabase(url, async (client) => {
    await client.query('SET session_replication_role = replica');
    const db = drizzleOn(client);
    for (const [name, table] of Object.entries(postgresTables).filter(([, value]) => is(value, Table))) {
      const source = (from.tables as unknown as Record<string, SQLiteTable>)[name] as SQLiteTable;
      if (own.has(getTableName(source))) continue;
      for (let offset = 0; ; offset += rowsAtOnce) {
        const some = from.db.select().from(source).orderBy(sql`rowid`).limit(rowsAtOnce).offset(offset);
        const rows = await from.all(some);
        if (rows.length > 0) await db.insert(table as PgTable).values(rows);
        if (rows.length < rowsAtOnce) break;
      }
    }
    await client.query("SELECT setval(pg_get_serial_sequence('changes', 'seq'), (SELECT max(seq) FROM changes))");
    await client.query("SELECT setval(pg_get_serial_sequence('public_log', 'seq'), (SELECT max(seq) FROM public_log))");
    await client.query(
      "INSERT INTO speakers SELECT substr(facet, 9), count(*) FROM facets WHERE facet LIKE 'speaker:%' GROUP BY 1",
    );
  });
}
