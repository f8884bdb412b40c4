import { type AddressInfo, connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { act, type Clients, changeResource, createResource, editStory, withdrawStory } from '../support/editing.js';
import { seenElsewhere } from '../support/engine.js';
import { requireFresh } from '../support/freshness.js';
import { startBeside } from '../support/second-server.js';
import { createStory, image, liveStory, shortStory } from '../support/stories.js';

let app: TestApp;
let beside: Awaited<ReturnType<typeof startBeside>>;
beforeAll(async () => {
  app = await startApp();
  beside = await startBeside(app);
});
afterAll(async () => {
  await beside.close();
  await app.close();
});

/** Asks every server for everything about a story, so that whatever keeps answers has them. */
async function warm(id: string, slug: string): Promise<void> {
  for (const { anybody } of [app, beside]) {
    for (let i = 0; i < 2; i++) {
      for (const address of [`/${slug}`, `/${id}`, `/${slug}/sections`, '', '?limit=1']) {
        await anybody.get(`/v1/articles${address}`).expect(200);
      }
    }
  }
}

const requireFreshEverywhere = async (id: string) => {
  await seenElsewhere();
  for (const server of [app, beside]) await requireFresh(server, id);
};

describe.each<[string, () => Clients]>([
  ['the same server', () => app],
  ['another server on the same database', () => beside],
])('what readers have been sent before, and %s has changed,', (_name, editor) => {
  it('is sent as it has become', async () => {
    const { id, slug } = await liveStory(app);
    await warm(id, slug);
    await editStory(editor(), id, { headline: 'Another headline' });
    expect((await act(editor(), id, 'publish')).status).toBe(200);
    await requireFreshEverywhere(id);
    expect((await app.anybody.get(`/v1/articles/${slug}`)).body.data.headline).toBe('Another headline');
  });

  it('is sent with the image as it has become', async () => {
    const { id: imageId } = await createResource(app, 'images', image);
    const story = await liveStory(app, shortStory({ sections: [{ blocks: [{ type: 'image', imageId }] }] }));
    await warm(story.id, story.slug);
    for (const caption of ['One.', 'Two.', 'Three.']) {
      await changeResource(editor(), 'images', imageId, { caption });
      await requireFreshEverywhere(story.id);
      const { data } = (await app.anybody.get(`/v1/articles/${story.slug}/sections`)).body;
      expect(data[0].blocks[0].caption).toBe(caption);
    }
  });

  it('is not sent when it has been withdrawn, and is again when that is undone', async () => {
    const { id, slug } = await liveStory(app);
    await warm(id, slug);
    await withdrawStory(editor(), id);
    await seenElsewhere();
    for (const { anybody } of [app, beside]) {
      for (const address of [slug, id, `${slug}/sections`]) await anybody.get(`/v1/articles/${address}`).expect(410);
    }
    await requireFreshEverywhere(id);
    expect((await act(editor(), id, 'publish')).status).toBe(200);
    await requireFreshEverywhere(id);
  });

  it('is sent under its new slug and no longer under the old one', async () => {
    const { id, slug } = await liveStory(app);
    await warm(id, slug);
    await editStory(editor(), id, { slug: `${slug}-next` });
    expect((await act(editor(), id, 'publish')).status).toBe(200);
    await seenElsewhere();
    for (const { anybody } of [app, beside]) {
      await anybody.get(`/v1/articles/${slug}`).expect(308).expect('location', `/v1/articles/${slug}-next`);
      await anybody.get(`/v1/articles/${slug}-next`).expect(200);
    }
    await requireFreshEverywhere(id);
  });

  it('is a story that was asked for in vain before it went live', async () => {
    const { id, slug } = await createStory(app);
    for (const { anybody } of [app, beside]) await anybody.get(`/v1/articles/${slug}`).expect(404);
    expect((await act(editor(), id, 'publish')).status).toBe(200);
    await seenElsewhere();
    for (const { anybody } of [app, beside]) await anybody.get(`/v1/articles/${slug}`).expect(200);
    await requireFreshEverywhere(id);
  });

  it('is the link to another story, which has gone live, been renamed, and gone', async () => {
    const target = await createStory(app);
    const { id, slug } = await liveStory(app, shortStory({ related: [target.id], translationOf: target.id }));
    await warm(id, slug);
    expect((await act(editor(), target.id, 'publish')).status).toBe(200);
    await requireFreshEverywhere(id);
    for (const change of [{ headline: 'Another headline' }, { language: 'be' }]) {
      await editStory(editor(), target.id, change);
      expect((await act(editor(), target.id, 'publish')).status).toBe(200);
      await requireFreshEverywhere(id);
    }
    await withdrawStory(editor(), target.id);
    await requireFreshEverywhere(id);
    expect((await beside.anybody.get(`/v1/articles/${slug}`)).body.data).toMatchObject({
      related: [],
      translationOf: null,
    });
  });
});

describe('a cache that is full', () => {
  let small: TestApp;
  beforeAll(async () => {
    small = await startApp({ environment: { SNAPSHOT_CACHE_MB: '1' } });
  });
  afterAll(() => small.close());

  it('still sends every story as it is', async () => {
    const text = 'Words of a long story. '.repeat(800);
    const stories = [];
    for (let i = 0; i < 8; i++) {
      const blocks = Array.from({ length: 10 }, () => ({ type: 'paragraph', text }));
      stories.push(await liveStory(small, shortStory({ headline: `Story ${i}`, sections: [{ blocks }] })));
    }
    for (let round = 0; round < 3; round++) {
      for (const { id, slug } of stories) {
        const { data } = (await small.anybody.get(`/v1/articles/${slug}`).expect(200)).body;
        expect([data.id, data.slug, data.sections[0].blocks.length]).toEqual([id, slug, 10]);
        await small.anybody.get(`/v1/articles/${id}/sections`).expect(200);
      }
      await editStory(small, stories[round]?.id ?? '', { deck: 'A deck.' });
      expect((await act(small, stories[round]?.id ?? '', 'publish')).status).toBe(200);
      await requireFresh(small, stories[round]?.id ?? '');
    }
  });

  it('sends many at once, each its own bytes', async () => {
    const stories: { id: string; slug: string }[] = [];
    for (let i = 0; i < 12; i++) stories.push(await liveStory(small, shortStory({ headline: `Number ${i}` })));
    const asked = Array.from({ length: 120 }, (_, i) => stories[(i * 7) % 12]);
    const answers = await Promise.all(asked.map((story) => small.anybody.get(`/v1/articles/${story?.slug}`)));
    expect(answers.map(({ body }) => body.data.id)).toEqual(asked.map((story) => story?.id));
  });

  it('sends a reader who is slow to read the bytes that were asked for, whatever others ask meanwhile', async () => {
    const storyOf = (word: string) => {
      const blocks = [1, 2, 3].map(() => ({ type: 'paragraph', text: word.repeat(3500) }));
      return liveStory(small, shortStory({ headline: `Of ${word}`, sections: [{ blocks }] }));
    };
    const [slow, other] = [await storyOf('slow '), await storyOf('other')];
    const expected = (await small.anybody.get(`/v1/articles/${slow.slug}`).expect(200)).text;
    const { port } = small.app.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1').pause();
    const times = 200;
    socket.write(`GET /v1/articles/${slow.slug} HTTP/1.1\r\nHost: test\r\n\r\n`.repeat(times - 1));
    socket.write(`GET /v1/articles/${slow.slug} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n`);
    for (let i = 0; i < 50; i++) await small.anybody.get(`/v1/articles/${other.slug}`).expect(200);
    const answers = (await textOf(socket)).split(/HTTP\/1\.1 200 OK\r\n[^{]*\r\n\r\n/).slice(1);
    expect(answers).toHaveLength(times);
    expect(answers.every((answer) => answer === expected)).toBe(true);
  });
});
