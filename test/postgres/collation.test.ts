// Texts are compared and sorted as on SQLite, byte by byte: lists, cursors and JavaScript itself rely on one order.
import { expect, it } from 'vitest';
import { newDatabase } from '../support/engine.js';
import { temporaryFolder } from '../support/processes.js';

it('has every text of the tables and their indexes in the order of its bytes, whatever order the database has', async () => {
  const { raw, discard } = await newDatabase(temporaryFolder());
  const order =
    "SELECT datlocprovider AS provider, 'b' < 'C' AS other FROM pg_database WHERE datname = current_database()";
  expect(await raw.rows(order)).toEqual([{ provider: 'i', other: true }]);
  const texts = `SELECT relname AS of, attname AS name, attcollation::regcollation::text AS collation
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i') AND attcollation <> 0 AND relname NOT LIKE '\\_\\_drizzle%'`;
  const found = await raw.rows(texts);
  expect(found.length).toBeGreaterThan(300);
  expect(found.filter(({ collation }) => collation !== '"C"')).toEqual([]);
  await discard();
});
