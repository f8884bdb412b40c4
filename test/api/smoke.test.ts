import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { liveStory, minskStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

it('publishes the story', async () => {
  const story = await liveStory(app, minskStory());
  const { body } = await app.anybody.get(`/v1/articles/${story.slug}`).expect(200);
  expect(body.data.sections).toHaveLength(4);
  await app.anybody.get('/v1/articles').expect(200);
  await app.anybody.get('/v1/images').expect(200);
  await app.anybody.get('/v1/quotes?speaker=vladimir putin').expect(200);
  await app.anybody.get('/v1/embeds').expect(200);
  await app.anybody.get('/v1/articles?nope=1').expect(400);
  await app.anybody.get('/v1/articles/none').expect(404);
  await app.as.viewer.post('/v1/manage/articles', {}).expect(403);
  const r = await app.as.editor
    .post('/v1/manage/articles', { headline: 1, foo: 2, sections: [{ blocks: [{ type: 'nope' }, { type: 'image' }] }] })
    .expect(400);
  console.log(JSON.stringify(r.body, null, 1));
});
