// Two servers on one database, between whose reads others may write: each read is of its own moment, as it is on PostgreSQL.
import { setImmediate as turn } from 'node:timers/promises';
import type { Store } from '../../src/storage/store.js';
import { startApp, type TestApp } from './app.js';
import { startBeside } from './second-server.js';

/** On SQLite reads that follow one another in one turn of the event loop are of one moment; here each has a turn of its own. */
function eachInItsTurn(store: Store): Store {
  return {
    ...store,
    readsOneMoment: false,
    async all(query) {
      await turn();
      return store.all(query);
    },
  };
}

export interface TwoServers {
  app: TestApp;
  beside: Awaited<ReturnType<typeof startBeside>>;
  close(): Promise<void>;
}

export async function startTwo(environment: Record<string, string> = {}): Promise<TwoServers> {
  const app = await startApp({ wrapStore: eachInItsTurn, environment });
  const openBeside = async () => eachInItsTurn(await app.openBeside());
  const beside = await startBeside({ ...app, openBeside }, environment);
  return {
    app,
    beside,
    async close() {
      await beside.close();
      await app.close();
    },
  };
}
