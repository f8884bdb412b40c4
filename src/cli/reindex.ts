// npm run reindex: makes the full-text index anew, beside a running server or without one.
import { readConfig } from '../config.js';
import { exitWith, openStore } from '../opening.js';
import { reindex } from '../publishing/reindexing/service.js';

try {
  const store = await openStore(readConfig());
  const { stories, quotes, wasDamaged } = await reindex(store);
  await store.close();
  if (wasDamaged) console.log('The index was damaged, and has been emptied first.');
  console.log(`indexed: ${stories} stories, ${quotes} quotes`);
} catch (error) {
  exitWith(error);
}
