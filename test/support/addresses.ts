// An address for every operation that reads, with something behind it.
import type { Documented } from '../../src/http/operation.js';
import type { TestApp } from './app.js';
import { createResource } from './editing.js';
import { issueKey } from './keys.js';
import { givePicture } from './pictures.js';
import { ahead, minuteMs, schedule } from './schedules.js';
import { liveStory, publishStory, quote } from './stories.js';
import { makeWebhook } from './webhooks.js';

export interface Furnished {
  /** The operations that read, each with an address; what is left out has nothing that could be behind it. */
  reads: { operation: Documented; address: string }[];
  /** What was told once, when it was made, and is never to be told again. */
  secrets: string[];
}

/** Makes something of everything. */
export async function furnish(app: TestApp): Promise<Furnished> {
  const { id, slug, sections } = await liveStory(app);
  const [picture, said, film] = [
    sections[0]?.blocks[0]?.imageId,
    sections[1]?.blocks[1]?.quoteId,
    sections[2]?.blocks[0]?.embedId,
  ];
  const media = await givePicture(app, String(picture));
  await publishStory(app, id);
  const article = `/v1/manage/articles/${id}`;
  const link = (await app.as.editor.post(`${article}/preview-links`, {}).expect(201)).body.data;
  const webhook = await makeWebhook(app, { url: 'https://127-0-0-1.invalid/' }, { state: 'disabled' });
  const ping = (await app.as.admin.post(`/v1/manage/webhooks/${webhook.id}/ping`).expect(202)).body.data;
  const key = await issueKey(app, 'editor');
  const erased = await createResource(app, 'quotes', quote);
  const erasing = { kind: 'quote', id: erased.id, reason: 'A court said so.' };
  const erasure = (await app.as.admin.post('/v1/manage/erasures', erasing).set('if-match', '"1"').expect(201)).body
    .data;
  const planned = await schedule(app, id, { action: 'withdraw', at: ahead(app, 365 * 1440 * minuteMs) });
  const byPrefix: [string, Record<string, string>][] = [
    ['/v1/manage/articles/', { id }],
    ['/v1/manage/sections/', { id: sections[0]?.id ?? '' }],
    ['/v1/manage/images/', { id: String(picture) }],
    ['/v1/manage/quotes/', { id: String(said) }],
    ['/v1/manage/embeds/', { id: String(film) }],
    ['/v1/manage/desks/', { key: 'world' }],
    ['/v1/manage/tags/', { key: 'belarus' }],
    ['/v1/manage/keys/', { id: key.id }],
    ['/v1/manage/webhooks/', { id: webhook.id, delivery: ping.id }],
    ['/v1/manage/schedules/', { id: planned.id }],
    ['/v1/manage/erasures/', { id: erasure.id }],
    ['/v1/articles/', { slug, section: 'the-end' }],
    ['/v1/images/', { id: String(picture) }],
    ['/v1/quotes/', { id: String(said) }],
    ['/v1/embeds/', { id: String(film) }],
    ['/v1/preview/', { token: link.token }],
    ['/v1/sitemaps/', { file: '2026-01-1.xml' }],
  ];
  const addressOf = ({ path }: Documented): string | undefined => {
    if (path.startsWith('/media/')) return media;
    const [, values = {}] = byPrefix.find(([prefix]) => path.startsWith(prefix)) ?? [];
    const filled = path.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
      name === 'version' ? '1' : (values[name] ?? whole),
    );
    return filled.includes('{') ? undefined : filled;
  };
  const reads = app.app.operations
    .filter(({ method }) => method === 'GET')
    .flatMap((operation) => {
      const address = addressOf(operation);
      return address === undefined ? [] : [{ operation, address }];
    });
  return { reads, secrets: [...Object.values(app.keys), key.key, webhook.secret, link.token] };
}
