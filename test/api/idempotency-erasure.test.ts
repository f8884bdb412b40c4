import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { createResource, editStory, type Members, type Plural } from '../support/editing.js';
import { type Erasable, erase } from '../support/erasing.js';
import { Gate } from '../support/gate.js';
import { createStory, embed, image, liveStory, quote, shortStory } from '../support/stories.js';

const gate = new Gate();
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ wrapStore: gate.wrap });
  // It would take steps of what is counted.
  await app.services.clearing.stop();
});
afterAll(() => app.close());

describe('an erasure', () => {
  it('leaves neither answer nor mark of a POST about the story that it meets, at whatever step', async () => {
    let k = 0;
    for (let wasInterrupted = true; wasInterrupted; ) {
      k += 1;
      const word = `Zq7met${k}x`;
      const { id } = await createStory(app);
      const section = { heading: word, blocks: [{ type: 'paragraph', text: word }] };
      const path = `/v1/manage/articles/${id}/sections`;
      const operation = () =>
        app.as.editor
          .post(path, section)
          .set('idempotency-key', word)
          .then((answer) => answer);
      const meeting = await gate.run(k, operation, async () => void (await erase(app, 'article', id)));
      wasInterrupted = meeting.wasInterrupted;
      if (!wasInterrupted) await erase(app, 'article', id);
      expect([201, 404]).toContain(meeting.result.status);
      expect(await app.raw.tablesWith(word)).toEqual([]);
      expect(await app.raw.tablesWith(id)).not.toContain('idempotent_answers');
      await app.as.editor.post(path, section).set('idempotency-key', word).expect(404);
    }
    expect(k).toBeGreaterThan(7);
  });

  interface Made {
    kind: Erasable;
    id: string;
    section: string;
  }
  const article = async (word: string): Promise<Made> => {
    const section = { heading: word, blocks: [{ type: 'paragraph', text: word }] };
    const { id, sections } = await liveStory(app, shortStory({ headline: word, sections: [section] }));
    return { kind: 'article', id, section: sections[0]?.id ?? '' };
  };
  const ofLibrary = (plural: Plural, draft: Members, member: string) => async (word: string) => {
    const { id } = await createResource(app, plural, { ...draft, [member]: word });
    return { kind: plural.slice(0, -1) as Erasable, id, section: '' };
  };

  let words = 0;
  it.each<[string, (word: string) => Promise<Made>, string, Members]>([
    ['a publication', article, 'articles/{id}/publish', {}],
    ['a restored article', article, 'articles/{id}/revisions/1/restore', {}],
    ['a moved section', article, 'sections/{section}/move', { after: null }],
    ['a restored image', ofLibrary('images', image, 'caption'), 'images/{id}/revisions/1/restore', {}],
    ['a restored quote', ofLibrary('quotes', quote, 'text'), 'quotes/{id}/revisions/1/restore', {}],
    ['a tried change', ofLibrary('embeds', embed, 'title'), 'embeds/{id}/revisions/1/restore?dryRun=true', {}],
  ])('leaves no answer of a POST that changes nothing, at whatever step: %s', async (_what, make, path, body) => {
    await gate.meetAtEachStep(async () => {
      const word = `Zq7unchanged${++words}x`;
      const { kind, id, section } = await make(word);
      const address = `/v1/manage/${path.replace('{id}', id).replace('{section}', section)}`;
      const read = section && path.startsWith('sections') ? `sections/${section}` : `${kind}s/${id}`;
      const { headers } = await app.as.publisher.get(`/v1/manage/${read}`).expect(200);
      const wanted = { 'if-match': headers.etag ?? '', 'idempotency-key': id };
      return {
        operation: () => app.as.publisher.post(address, body).set(wanted),
        meanwhile: () => erase(app, kind, id),
        after: async ({ status }) => {
          expect([200, 404, 410, 412]).toContain(status);
          expect(await app.raw.tablesWith(word)).toEqual([]);
        },
      };
    }, 3);
  });

  it('leaves no answer that was asked for by a slug which is nobody’s any more', async () => {
    const word = 'Zq7formerslug';
    const { id } = await liveStory(app, shortStory({ slug: 'first-slug' }));
    await editStory(app, id, { slug: 'second-slug' });
    const read = await app.as.publisher.get(`/v1/manage/articles/${id}`).expect(200);
    await app.as.publisher
      .post('/v1/manage/articles/second-slug/corrections', { kind: 'correction', text: word })
      .set({ 'idempotency-key': 'by-slug', 'if-match': read.headers.etag ?? '' })
      .expect(201);
    await editStory(app, id, { slug: 'third-slug' });
    expect(await app.raw.tablesWith(word)).toContain('idempotent_answers');
    await erase(app, 'article', id);
    expect(await app.raw.tablesWith(word)).toEqual([]);
  });

  it('is answered again itself', async () => {
    const { id } = await createStory(app);
    const body = { kind: 'article', id, reason: 'A court said so.' };
    const again = () =>
      app.as.admin
        .post('/v1/manage/erasures', body)
        .set({ 'idempotency-key': 'erasure', 'if-match': '"1"' })
        .expect(201);
    const { text } = await again();
    expect((await again()).text).toBe(text);
  });
});
