// npm run openapi: writes openapi/openapi.json. With --check it only compares, and fails when the file is not fresh.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp } from '../app.js';
import { readConfig } from '../config.js';
import { systemClock } from '../kernel/clock.js';
import { mediaOf } from '../opening.js';
import { buildServices } from '../services.js';
import { openSqlite } from '../storage/sqlite/engine.js';

const surplus = process.argv.slice(2).find((argument) => argument !== '--check');
if (surplus !== undefined) {
  console.error(`${surplus} is not known.\nusage: npm run openapi, or tsx src/cli/openapi.ts --check`);
  process.exit(2);
}

const file = new URL('../../openapi/openapi.json', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'copydesk-openapi-'));
const store = openSqlite({ path: join(folder, 'copydesk.db'), cacheBytesMax: 0 });
const config = readConfig({ DATA_DIR: folder });
const services = buildServices(store, systemClock, mediaOf(config, store, systemClock));
const app = await buildApp({ config: readConfig({}), store, clock: systemClock, services });
await app.ready();
const document = `${JSON.stringify(app.swagger(), null, 2)}\n`;
await app.close();
await store.close();
rmSync(folder, { recursive: true });

if (!process.argv.includes('--check')) writeFileSync(file, document);
else if (readFileSync(file, 'utf8') !== document) {
  console.error('openapi/openapi.json is not fresh: run "npm run openapi" and commit what it writes.');
  process.exit(1);
}
