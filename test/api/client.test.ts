// The typed client against the running server. That it compiles is a part of the test.
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  type CopydeskClient,
  CopydeskProblem,
  changeFromRead,
  copydeskClient,
  dataOf,
  eachItem,
  follow,
  type Schemas,
  type StreamEvent,
  verifyWebhook,
  type WebhookMessage,
} from '@copydesk/client';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it, vi } from 'vitest';
import type { Role } from '../../src/kernel/actor.js';
import type { TestApp } from '../support/app.js';
import { editStory, withdrawStory } from '../support/editing.js';
import { run, temporaryFolder } from '../support/processes.js';
import { Receiver } from '../support/receiver.js';
import { createStory, liveStory, minskStory, publishStory } from '../support/stories.js';
import { makeWebhook, startSendingApp } from '../support/webhooks.js';

let app: TestApp;
beforeAll(async () => {
  app = await startSendingApp();
  await liveStory(app);
});
afterAll(async () => {
  // Fetch keeps connections open that nothing is asked over any more, and closing waits for those.
  const sweep = setInterval(() => app.app.server.closeAllConnections(), 200);
  await app.close();
  clearInterval(sweep);
});

const baseUrl = () => app.app.listeningOrigin;
const clientOf = (role?: Role): CopydeskClient =>
  copydeskClient({ baseUrl: baseUrl(), ...(role && { key: app.keys[role], actor: 'jane.doe' }) });

describe('the client', () => {
  it('walks a story from its first draft to its readers, with types', async () => {
    const client = clientOf('publisher');
    const drafted = await client.POST('/v1/manage/articles', {
      body: {
        headline: 'Talks in Minsk',
        language: 'en',
        desk: 'world',
        sections: [{ blocks: [{ type: 'paragraph', text: 'Two presidents met.' }] }],
      },
    });
    const { id, slug } = dataOf(drafted).data;
    const ifMatch = drafted.response.headers.get('etag') ?? '';
    const params = { path: { id }, header: { 'If-Match': ifMatch } };
    const published = dataOf(await client.POST('/v1/manage/articles/{id}/publish', { params, body: {} }));
    expect(published.data.publication.state).toBe('live');
    expect(published.data.updatedBy.actor).toBe('jane.doe');
    const { data: story } = dataOf(await clientOf().GET('/v1/articles/{slug}', { params: { path: { slug } } }));
    expectTypeOf(story).toEqualTypeOf<Schemas['Article']>();
    const texts = story.sections.flatMap(({ blocks }) =>
      blocks.map((block) => (block.type === 'paragraph' ? block.text : undefined)),
    );
    expect(texts).toEqual(['Two presidents met.']);
  });

  it('gives nothing where success has no body, and throws where there should be one', async () => {
    const client = clientOf('editor');
    const { id } = await createStory(app);
    const remove = () =>
      changeFromRead(
        () => client.GET('/v1/manage/articles/{id}', { params: { path: { id } } }),
        () => ({}),
        (_body, ifMatch) =>
          client.DELETE('/v1/manage/articles/{id}', { params: { path: { id }, header: { 'If-Match': ifMatch } } }),
      );
    expect(await remove()).toBeUndefined();
    await expect(remove()).rejects.toMatchObject({ status: 404 });
    const empty = copydeskClient({
      baseUrl: baseUrl(),
      fetch: async () => new Response('', { headers: { 'content-length': '0' } }),
    });
    const answer = empty.GET('/v1/articles', { params: { query: {} } });
    await expect(answer.then(dataOf)).rejects.toMatchObject({ status: 200, problem: undefined });
  });

  it('throws the problem of a refusal', async () => {
    const missing = clientOf().GET('/v1/articles/{slug}', { params: { path: { slug: 'nowhere' } } });
    const error = await missing.then(dataOf).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CopydeskProblem);
    expect(error).toMatchObject({ status: 404, problem: { type: '/problems/not-found', status: 404 } });
    const elsewhere = copydeskClient({ baseUrl: baseUrl(), fetch: async () => new Response('?', { status: 502 }) });
    const answer = elsewhere.GET('/v1/articles', { params: { query: {} } });
    await expect(answer.then(dataOf)).rejects.toMatchObject({ status: 502, problem: undefined });
  });
});

describe('eachItem', () => {
  it('goes through every page of a list, fetched as they are needed', async () => {
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push((await liveStory(app)).id);
    const client = clientOf();
    let fetched = 0;
    const stories = eachItem(({ cursor }) => {
      fetched += 1;
      return client.GET('/v1/articles', { params: { query: { limit: 2, desk: 'world', ...(cursor && { cursor }) } } });
    });
    const found: string[] = [];
    for await (const story of stories) {
      expectTypeOf(story.headline).toEqualTypeOf<string>();
      if (found.length === 0) expect(fetched).toBe(1);
      found.push(story.id);
    }
    expect(found).toEqual(expect.arrayContaining(ids));
    expect(new Set(found).size).toBe(found.length);
    expect(fetched).toBe(Math.ceil(found.length / 2));
  });

  it('throws where a page is refused', async () => {
    const page = () => clientOf().GET('/v1/articles', { params: { query: { cursor: 'nonsense' } } });
    await expect(eachItem(page).next()).rejects.toMatchObject({ status: 400 });
  });
});

describe('changeFromRead', () => {
  const params = (id: string) => ({ params: { path: { id } } });

  it('makes a change again from what others have made of it meanwhile, and loses nothing', async () => {
    const { id } = await createStory(app);
    const client = clientOf('editor');
    const seen: string[][] = [];
    const addTag = (tag: string) =>
      changeFromRead(
        () => client.GET('/v1/manage/articles/{id}', params(id)),
        ({ tags }) => {
          seen.push(tags);
          return tags.includes(tag) ? undefined : { tags: [...tags, tag] };
        },
        (body, ifMatch) =>
          client.PATCH('/v1/manage/articles/{id}', {
            params: { path: { id }, header: { 'If-Match': ifMatch } },
            body,
          }),
      );
    await Promise.all(['gas', 'trade', 'energy'].map(addTag));
    const { data } = dataOf(await client.GET('/v1/manage/articles/{id}', params(id)));
    expect([...data.tags].sort()).toEqual(['belarus', 'energy', 'gas', 'trade']);
    expect(seen.length).toBeGreaterThan(3);
    expect(await addTag('gas')).toBeUndefined();
  });

  it('throws what is refused for another reason', async () => {
    const { id } = await createStory(app);
    const client = clientOf('viewer');
    const change = changeFromRead(
      () => client.GET('/v1/manage/articles/{id}', params(id)),
      () => ({ deck: 'New.' }),
      (body, ifMatch) =>
        client.PATCH('/v1/manage/articles/{id}', { params: { path: { id }, header: { 'If-Match': ifMatch } }, body }),
    );
    await expect(change).rejects.toMatchObject({ status: 403 });
  });
});

describe('follow', () => {
  it('hears what happens and, over a lost connection, what has happened since the last event', async () => {
    const end = new AbortController();
    let connections = 0;
    const sent: (string | null)[] = [];
    /** A connection that is lost behind its first bytes, then good ones. */
    const shaky = async (request: Request) => {
      connections += 1;
      sent.push(request.headers.get('last-event-id'));
      const response = await fetch(request);
      if (connections > 1) return response;
      const reader = response.body?.getReader();
      const first = await reader?.read();
      await reader?.cancel();
      return new Response(first?.value);
    };
    const heard: StreamEvent[] = [];
    const following = (async () => {
      for await (const event of follow({ baseUrl: baseUrl(), signal: end.signal, fetch: shaky })) {
        heard.push(event);
        if (heard.length === 3) break;
      }
    })();
    while (connections === 0) await pause(5);
    const { id } = await liveStory(app);
    await editStory(app, id, { headline: 'Another' });
    await publishStory(app, id);
    await withdrawStory(app, id);
    await following;
    expect(heard.map(({ type, data }) => [type, 'id' in data && data.id])).toEqual(
      ['published', 'updated', 'withdrawn'].map((type) => [type, id]),
    );
    expect(sent).toEqual([null, expect.stringMatching(/^\d+\.[0-9a-f]{8}$/)]);
  });

  it('begins behind an event that one has, says when that cannot be told, and ends when told', async () => {
    const end = new AbortController();
    const told = follow({ baseUrl: baseUrl(), lastEventId: '0', signal: end.signal });
    const first = (await told.next()).value;
    expect(first).toMatchObject({ type: 'published', id: expect.stringMatching(/^1\./) });
    end.abort();
    for await (const event of told) expect(event).toHaveProperty('id');
    const lost = follow({ baseUrl: baseUrl(), lastEventId: '1.ffffffff' });
    expect((await lost.next()).value).toMatchObject({ type: 'reset', data: { reason: 'unknown' } });
    await lost.return();
  });

  it('throws when it is refused', async () => {
    const refusing = async () => Response.json({ type: 'x', title: 'No', detail: 'Never.' }, { status: 403 });
    await expect(follow({ baseUrl: baseUrl(), fetch: refusing }).next()).rejects.toMatchObject({ status: 403 });
  });
});

describe('verifyWebhook', () => {
  it('gives what was signed, with types, and throws for anything else', async () => {
    const receiver = await Receiver.start();
    const { secret } = await makeWebhook(app, receiver);
    const { slug } = await liveStory(app);
    const [message] = await receiver.count(1);
    if (!message) throw new Error('Nothing was sent.');
    const { headers, text } = message;
    vi.useFakeTimers({ now: Number(headers['webhook-timestamp']) * 1000, toFake: ['Date'] });
    try {
      const verified: WebhookMessage = verifyWebhook(secret, text, headers);
      expect(verified.type === 'article.published' && verified.data.slug).toBe(slug);
      expect(() => verifyWebhook(secret, text.replace(slug, 'other'), headers)).toThrow();
      const ofNode: IncomingHttpHeaders = { ...headers, 'set-cookie': ['a=1'], via: undefined };
      expect(verifyWebhook(secret, text, ofNode)).toEqual(verified);
      expect(verifyWebhook(secret, text, new Headers(headers))).toEqual(verified);
      expect(() => verifyWebhook(secret, text, new Headers())).toThrow();
    } finally {
      vi.useRealTimers();
      await receiver.stop();
    }
  });
});

describe('the client in the README', () => {
  it('does what it says', async () => {
    const { id } = await liveStory(app, minskStory());
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const snippet = /## Typed client\n[\s\S]*?```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const code = snippet
      .replace('http://127.0.0.1:3000', baseUrl())
      .replace('follow({ baseUrl })', "follow({ baseUrl, lastEventId: '0' })")
      .replace('console.log(id, type, data);', '{ console.log(id, type, data); break; }');
    const folder = temporaryFolder();
    symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'snippet.mts'), code);
    const { stdout, stderr, code: exit } = await run(join(folder, 'snippet.mts'), [], { KEY: app.keys.editor });
    expect([exit, stderr]).toEqual([0, '']);
    expect(stdout).toContain(minskStory().headline);
    expect(stdout).toMatch(/^1\.[0-9a-f]{8} published \{/m);
    const { body } = await app.as.viewer.get(`/v1/manage/articles/${id}`).expect(200);
    expect(body.data.tags).toContain('gas');
  });
});
