// What tests of the PostgreSQL engine alone need.
import pg from 'pg';

/** Does something on a database, on a connection of its own. */
export async function onDatabase<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
  types?: pg.CustomTypesConfig,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url, ...(types && { types }) });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
