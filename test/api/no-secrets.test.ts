// Keys, secrets of webhooks and tokens of links are told once, when they are made, and never again: in no answer and no log.
import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashSecret, parseApiKey } from '../../src/access/api-keys.js';
import { type Furnished, furnish } from '../support/addresses.js';
import { startApp, type TestApp } from '../support/app.js';

let app: TestApp;
let furnished: Furnished;
let log = '';

beforeAll(async () => {
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log += chunk.toString('utf8');
      done();
    },
  });
  app = await startApp({ logger: pino({ level: 'trace' }, sink), environment: { LOG_REQUESTS: 'all' } });
  furnished = await furnish(app);
});
afterAll(() => app.close());

/** A secret, the part of it that is secret, and what is stored of either. */
function formsOf(secret: string): string[] {
  // A token of a link may have an underscore anywhere.
  const bare = parseApiKey(secret)?.secret ?? secret.replace(/^whsec_/, '');
  const hashes = [secret, bare].map((text) => createHash('sha256').update(text).digest());
  return [
    secret,
    bare,
    hashSecret(bare),
    ...hashes.flatMap((hash) => [hash.toString('hex'), hash.toString('base64url')]),
  ];
}

describe('a secret', () => {
  it('is in no answer to anybody, an admin neither, nor in the log', async () => {
    const forms = furnished.secrets.flatMap(formsOf);
    expect(furnished.secrets.length).toBe(7);
    for (const { operation, address } of furnished.reads.filter(({ operation: { path } }) => path !== '/v1/stream')) {
      for (const client of [app.as.admin, app.as.viewer, app.anybody]) {
        const { status, text = '', headers } = await client.get(address);
        const told = `${text}${JSON.stringify(headers)}`.replaceAll(address, '');
        expect([operation.operationId, status, forms.filter((form) => told.includes(form))]).toEqual([
          operation.operationId,
          status,
          [],
        ]);
      }
    }
    await app.anybody.get(`/v1/manage/articles`).set('authorization', `Bearer ${furnished.secrets[0]}x`).expect(401);
    await expect.poll(() => log.split('"msg":"request"').length).toBeGreaterThan(furnished.reads.length * 2);
    expect(forms.filter((form) => log.includes(form))).toEqual([]);
  });
});
