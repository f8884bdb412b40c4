// What is told together was so together, whoever writes while it is read.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import type { Members } from '../support/editing.js';
import { Gate } from '../support/gate.js';
import { issueKey, keysPath } from '../support/keys.js';
import { ahead, minuteMs, schedule } from '../support/schedules.js';
import { createStory, shortStory } from '../support/stories.js';

const gate = new Gate();
let app: TestApp;
beforeAll(async () => {
  app = await startApp({ wrapStore: gate.wrap });
});
afterAll(() => app.close());

const sectionsOf = ({ sections }: Members) =>
  (sections as Members[]).map(({ id, heading, blocks }) => ({ id, heading, blocks }));
const blocks = [{ type: 'paragraph', text: 'They spoke.' }];
const story = () => createStory(app, shortStory({ sections: ['One', 'Two'].map((heading) => ({ heading, blocks })) }));

describe('while another writes in between, at every step', () => {
  it('GET /v1/manage/sections/{id} tells the version of its article that has the section so', async () => {
    await gate.meetAtEachStep(async () => {
      const { sections } = await story();
      const path = `/v1/manage/sections/${sections[0]?.id}`;
      return {
        operation: () => app.as.viewer.get(path).expect(200),
        meanwhile: () => app.as.editor.patch(path, { heading: 'Other' }).set('if-match', '"1"').expect(200),
        after: async ({ body: { data } }) => {
          const { heading, version, articleVersion } = data;
          expect([
            ['One', 1, 1],
            ['Other', 2, 2],
          ]).toContainEqual([heading, version, articleVersion]);
        },
      };
    }, 1);
  });

  it('POST /v1/manage/sections/{id}/move tells the section as it is in the version that it has made', async () => {
    await gate.meetAtEachStep(async () => {
      const { id, sections } = await story();
      const path = `/v1/manage/sections/${sections[0]?.id}`;
      const move = () => app.as.editor.post(`${path}/move`, { after: sections[1]?.id }).set('if-match', '"1"');
      return {
        operation: move,
        meanwhile: () => app.as.editor.patch(path, { heading: 'Other' }).set('if-match', '"1"'),
        after: async ({ status, body }) => {
          if (status === 412) return;
          expect([status, body.data.heading]).toEqual([200, 'One']);
          const at = `/v1/manage/articles/${id}/revisions/${body.data.articleVersion}`;
          const { data } = (await app.as.viewer.get(at).expect(200)).body;
          expect(data.content.sections.map(({ heading }: Members) => heading)).toEqual(['Two', 'One']);
        },
      };
    }, 3);
  });

  it('GET /v1/manage/articles/{id}/sections tells sections that were there together', async () => {
    await gate.meetAtEachStep(async () => {
      const { id, sections } = await story();
      const path = `/v1/manage/articles/${id}/sections`;
      const replaced = async () => {
        await app.as.editor.post(path, { heading: 'Three' }).expect(201);
        await app.as.editor.delete(`/v1/manage/sections/${sections[0]?.id}`).set('if-match', '"1"').expect(204);
      };
      return {
        operation: () => app.as.viewer.get(path).expect(200),
        meanwhile: replaced,
        after: async ({ body }) => {
          const told = body.data.map(({ heading, articleVersion }: Members) => `${heading} ${articleVersion}`);
          expect([
            ['One 1', 'Two 1'],
            ['Two 3', 'Three 3'],
          ]).toContainEqual(told);
        },
      };
    }, 2);
  });

  it.each<[string, 'put' | 'patch' | 'post', string, Members]>([
    ['PUT', 'put', '', {}],
    ['PATCH', 'patch', '', { headline: 'A short story' }],
    ['publish', 'post', '/publish', {}],
    ['embargo', 'post', '/embargo', { until: '2036-01-01T00:00:00.000Z', reason: 'Asked for.' }],
    ['restore', 'post', '/revisions/1/restore', {}],
  ])(
    'a write to an article that changes nothing (%s) tells what was of its version',
    async (_name, method, suffix, body) => {
      await gate.meetAtEachStep(async () => {
        const { id, sections } = await story();
        const path = `/v1/manage/articles/${id}`;
        const write = async (version: number) => {
          const { data } = (await app.as.viewer.get(path).expect(200)).body;
          const { slug, language, desk } = data;
          const whole = { headline: data.headline, slug, language, desk, tags: data.tags, sections: sectionsOf(data) };
          const sent = method === 'put' ? whole : body;
          return () => app.as.publisher[method](`${path}${suffix}`, sent).set('if-match', `"${version}"`);
        };
        // Done once before, publishing and an embargo change nothing.
        const { version } = (await (await write(1))().expect(200)).body.data;
        const patched = { heading: 'Other' };
        return {
          operation: await write(version),
          meanwhile: () =>
            app.as.editor.patch(`/v1/manage/sections/${sections[0]?.id}`, patched).set('if-match', '"1"').expect(200),
          after: async ({ status, body: { data } }) => {
            if (status === 412) return;
            expect([status, data.version, data.sections[0].heading]).toEqual([200, version, 'One']);
          },
        };
      }, 3);
    },
  );

  it.each(['PATCH', 'DELETE'])(
    '%s /v1/manage/schedules/{id} tells the version of its article that it makes',
    async (method) => {
      await gate.meetAtEachStep(async () => {
        const { id, sections } = await story();
        const { id: scheduleId } = await schedule(app, id);
        const path = `/v1/manage/schedules/${scheduleId}`;
        const section = `/v1/manage/sections/${sections[0]?.id}`;
        const asked = method === 'PATCH' ? { at: ahead(app, 5 * minuteMs) } : undefined;
        return {
          operation: () =>
            app.as.publisher[method === 'PATCH' ? 'patch' : 'delete'](path, asked).set('if-match', '"1"').expect(200),
          meanwhile: () => app.as.editor.patch(section, { heading: 'Other' }).set('if-match', '"1"').expect(200),
          after: async ({ body: { data } }) => {
            const at = `/v1/manage/articles/${id}/revisions/${data.article.version}`;
            const { action } = (await app.as.viewer.get(at).expect(200)).body.data;
            expect(action).toBe(method === 'PATCH' ? 'schedule.change' : 'schedule.cancel');
          },
        };
      }, 3);
    },
  );

  it.each(['', '/sections', '/history'])('GET /v1/articles/{slug}%s never leads to itself', async (suffix) => {
    for (const by of ['slug', 'id'] as const) {
      await gate.meetAtEachStep(async () => {
        const made = await story();
        const publish = app.as.publisher.post(`/v1/manage/articles/${made.id}/publish`).set('if-match', '"1"');
        return {
          operation: () => app.anybody.get(`/v1/articles/${made[by]}${suffix}`),
          meanwhile: () => publish.expect(200),
          after: async ({ status }) => expect([200, 404]).toContain(status),
        };
      }, 1);
    }
  });

  it('GET /v1/manage/keys/{id} and the list tell a name with the version that has it', async () => {
    for (const isList of [false, true]) {
      await gate.meetAtEachStep(async () => {
        const { id } = await issueKey(app, 'viewer', { name: 'First' });
        const path = `${keysPath}/${id}`;
        return {
          operation: () => app.as.admin.get(isList ? `${keysPath}?limit=1` : path).expect(200),
          meanwhile: () => app.as.admin.patch(path, { name: 'Second' }).set('if-match', '"1"').expect(200),
          after: async ({ body }) => {
            const { name, version } = isList ? body.data[0] : body.data;
            expect([
              ['First', 1],
              ['Second', 2],
            ]).toContainEqual([name, version]);
          },
        };
      }, 1);
    }
  });
});
