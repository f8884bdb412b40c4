import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { createStory, shortStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

function countByStatus(responses: readonly { status: number }[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of responses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

const writers = Array.from({ length: 50 }, (_, i) => i);

describe('many writers at once', () => {
  it('lets exactly one of 50 with the same version of an article win', async () => {
    const { id } = await createStory(app);
    const answers = await Promise.all(
      writers.map((i) => app.as.editor.patch(`/v1/manage/articles/${id}`, { deck: `By ${i}.` }).set('if-match', '"1"')),
    );
    expect(countByStatus(answers)).toEqual({ 200: 1, 412: 49 });
    const winner = answers.find(({ status }) => status === 200);
    expect((await app.as.viewer.get(`/v1/manage/articles/${id}`)).body.data).toMatchObject({
      version: 2,
      deck: winner?.body.data.deck,
    });
  });

  it('lets exactly one of 50 with the same version of a section win', async () => {
    const { sections } = await createStory(app);
    const path = `/v1/manage/sections/${sections[1]?.id}`;
    const answers = await Promise.all(
      writers.map((i) => app.as.editor.patch(path, { heading: `By ${i}` }).set('if-match', '"1"')),
    );
    expect(countByStatus(answers)).toEqual({ 200: 1, 412: 49 });
  });

  it('lets 20 editors on 20 sections of one article all succeed, each told the article’s version of its own write', async () => {
    const sections = Array.from({ length: 20 }, (_, i) => ({ heading: `Section ${i}` }));
    const story = await createStory(app, shortStory({ sections }));
    const answers = await Promise.all(
      story.sections.map(({ id }, i) =>
        app.as.editor.patch(`/v1/manage/sections/${id}`, { heading: `Changed ${i}` }).set('if-match', '"1"'),
      ),
    );
    expect(countByStatus(answers)).toEqual({ 200: 20 });
    expect(new Set(answers.map(({ body }) => body.data.articleVersion))).toEqual(
      new Set(Array.from({ length: 20 }, (_, i) => i + 2)),
    );
    const { data } = (await app.as.viewer.get(`/v1/manage/articles/${story.id}`)).body;
    expect(data.version).toBe(21);
    expect(data.sections.map(({ heading }: { heading: string }) => heading)).toEqual(
      story.sections.map((_, i) => `Changed ${i}`),
    );
  });

  it('adds every one of 20 sections posted at once', async () => {
    const { id } = await createStory(app, shortStory({ sections: [] }));
    const answers = await Promise.all(
      writers.slice(0, 20).map(() => app.as.editor.post(`/v1/manage/articles/${id}/sections`, { heading: 'Same' })),
    );
    expect(countByStatus(answers)).toEqual({ 201: 20 });
    const { data } = (await app.as.viewer.get(`/v1/manage/articles/${id}`)).body;
    expect(new Set(data.sections.map(({ anchor }: { anchor: string }) => anchor)).size).toBe(20);
  });

  it('gives one of 20 stories posted at once its slug, and tells the others that it is taken', async () => {
    const answers = await Promise.all(
      writers.slice(0, 20).map(() => app.as.editor.post('/v1/manage/articles', shortStory({ slug: 'wanted-by-all' }))),
    );
    expect(countByStatus(answers)).toEqual({ 201: 1, 409: 19 });
  });
});
