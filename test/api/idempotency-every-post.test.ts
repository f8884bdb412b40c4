// Every POST of the Management API is done once, whether its answer was lost or its process died before it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../src/storage/store.js';
import { startApp, type TestApp } from '../support/app.js';
import { type Post, posts, sendPost, writesSoFar } from '../support/posts.js';

/** Ends requests right behind their commit, as if the process had died there. */
let isDying = false;
const dying = (store: Store): Store => ({
  ...store,
  commit: async (statements) => {
    await store.commit(statements);
    const isMarked = statements.some(({ query }) => query.toSQL().sql.startsWith('insert into "idempotent_answers"'));
    if (isDying && isMarked) throw new Error('killed');
  },
});

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ wrapStore: dying });
});
afterAll(() => app.close());

const repeatable = () =>
  app.app.operations.filter(({ method, role, answersSecret }) => method === 'POST' && role && !answersSecret);
const { etag, location }: Record<string, unknown> = { etag: expect.any(String), location: expect.any(String) };

/** What an answer has, without the values that each answer of its own has. */
function outline({ status, headers, body }: { status: number; headers: Record<string, string>; body: object }) {
  return {
    status,
    members: Object.keys(body),
    ...(headers.etag && { etag }),
    ...(headers.location && { location }),
  };
}

async function outlineOfOne(operationId: string) {
  const post = await makePost(operationId);
  return outline(await sendPost(app, post, 'plain'));
}

function makePost(operationId: string): Promise<Post> {
  const recipe = posts[operationId];
  if (!recipe) throw new Error(`There is no request for ${operationId}: add one to test/support/posts.ts.`);
  return recipe(app);
}

describe('an import whose process died between its commit and its answer', () => {
  it('tells of the resources that it has made', async () => {
    const post = await makePost('importStory');
    isDying = true;
    const died = await sendPost(app, post, 'dead-import').catch((error) => error);
    isDying = false;
    expect(String(died)).toContain('answered 500');
    const { body } = await sendPost(app, post, 'dead-import').expect(201);
    expect(body.resources.length).toBeGreaterThan(0);
    for (const { kind, id } of body.resources) await app.as.viewer.get(`/v1/manage/${kind}s/${id}`).expect(200);
  });
});

describe('every POST that tells no secret', () => {
  it('has a request here', () => {
    expect(Object.keys(posts).sort()).toEqual(
      repeatable()
        .map(({ operationId }) => operationId)
        .sort(),
    );
  });

  it.each(Object.keys(posts))(
    'is answered as the first time when it is sent again, and done once: %s',
    async (name) => {
      const post = await makePost(name);
      const first = await sendPost(app, post, 'again');
      expect([first.status < 300, first.headers['idempotency-replayed'], first.body]).toEqual([
        true,
        undefined,
        expect.objectContaining({ data: expect.anything() }),
      ]);
      const before = await writesSoFar(app);
      const second = await sendPost(app, post, 'again');
      expect([second.status, second.text]).toEqual([first.status, first.text]);
      expect(second.headers).toMatchObject({
        'idempotency-replayed': 'true',
        'content-type': first.headers['content-type'],
      });
      expect([second.headers.etag, second.headers.location]).toEqual([first.headers.etag, first.headers.location]);
      expect(await writesSoFar(app)).toEqual(before);
    },
  );

  it.each(Object.keys(posts))(
    'is answered without being done again when its process died between: %s',
    async (name) => {
      const post = await makePost(name);
      const begun = await writesSoFar(app);
      isDying = true;
      const died = await app.app.inject({
        method: 'POST',
        url: post.path,
        headers: {
          authorization: `Bearer ${app.keys[post.role]}`,
          'idempotency-key': 'dying',
          ...(post.ifMatch && { 'if-match': post.ifMatch }),
          ...(post.body && { 'content-type': 'application/json' }),
        },
        ...(post.body && { payload: JSON.stringify(post.body) }),
      });
      isDying = false;
      expect([died.statusCode, died.body]).toEqual([500, expect.not.stringContaining('killed')]);
      const before = await writesSoFar(app);
      expect(before).not.toEqual(begun);

      const retried = await sendPost(app, post, 'dying');
      expect(retried.headers['idempotency-replayed']).toBe('true');
      expect(await writesSoFar(app)).toEqual(before);
      const again = await sendPost(app, post, 'dying');
      expect([again.status, again.text]).toEqual([retried.status, retried.text]);
      expect(await writesSoFar(app)).toEqual(before);
      expect(outline(retried)).toEqual(await outlineOfOne(name));
    },
  );
});
