// What tests of the PostgreSQL engine alone need.
import pg from 'pg';

/** Does something on a database, on a connection of its own. */
export async function onDatabase<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** One connection for one work after the other, since to make one takes longer than most of them; anew where one has failed. */
export class OneByOne {
  readonly #url: string;
  readonly #types: pg.CustomTypesConfig | undefined;
  #client: pg.Client | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(url: string, types?: pg.CustomTypesConfig) {
    this.#url = url;
    this.#types = types;
  }

  do<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
    const done = this.#last.then(() => this.#now(work));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #now<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
    const client = this.#client ?? (await this.#connect());
    try {
      return await work(client);
    } catch (error) {
      this.#client = undefined;
      await client.end();
      throw error;
    }
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.#url, ...(this.#types && { types: this.#types }) });
    // The server ends it when the database goes.
    client.on('error', () => undefined);
    client.once('end', () => {
      if (this.#client === client) this.#client = undefined;
    });
    await client.connect();
    this.#client = client;
    return client;
  }
}
