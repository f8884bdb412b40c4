// Many ask for the same at once, through two servers: what can be had once is had by one of them, and what is asked for twice is done once.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Clients, Members } from '../support/editing.js';
import { deliveredAs, importsPath } from '../support/imported.js';
import { startTwo, type TwoServers } from '../support/own-moments.js';
import { posts, sendPost, writesSoFar } from '../support/posts.js';
import { chanceOf, rounds } from '../support/rounds.js';
import { embed, image, liveStory, quote, shortStory } from '../support/stories.js';

const perServer = 5;
const times = rounds({ quick: 2, short: 5, long: 60 });
const operations = rounds({ quick: 8, short: Number.POSITIVE_INFINITY, long: Number.POSITIVE_INFINITY });
const patienceMs = 1_800_000;
const keyRounds = rounds({ quick: 1, short: 1, long: 10 });

let two: TwoServers;
beforeAll(async () => {
  two = await startTwo();
});
afterAll(() => two.close());

type Answer = { status: number; text: string; headers: Record<string, string>; body: Members };

/** Has some ask at once on each server. */
function atOnce<Result>(ask: (clients: Clients, i: number) => PromiseLike<Result>): Promise<Result[]> {
  const all = [two.app, two.beside].flatMap((clients, server) =>
    Array.from({ length: perServer }, (_, i) => ask(clients, server * perServer + i)),
  );
  return Promise.all(all);
}

const statusesOf = (answers: readonly { status: number }[]) => answers.map(({ status }) => status).sort();
const oneOf = (winner: number, loser: number) => [winner, ...Array<number>(2 * perServer - 1).fill(loser)].sort();
const dataOf = ({ body }: { body: Members }) => body.data as Members;
/** The answer of the one who was first. */
function winnerAmong(answers: readonly Answer[], status = 201): Members {
  return dataOf(answers.find((answer) => answer.status === status) as Answer);
}

let count = 0;
const newKey = () => `key-${++count}`;

describe('many who ask at once, through two servers, for what only one can have', () => {
  it(
    'make one story with a slug, and give a story one',
    async () => {
      for (let round = 0; round < times; round++) {
        const slug = newKey();
        const answers = await atOnce(({ as }, i) =>
          as.editor.post('/v1/manage/articles', shortStory({ slug, headline: `By ${i}` })),
        );
        expect(statusesOf(answers)).toEqual(oneOf(201, 409));
        const { data } = (await two.app.as.viewer.get(`/v1/manage/articles/${slug}`).expect(200)).body;
        expect(data).toEqual(winnerAmong(answers));
        const wanted = newKey();
        const others = await atOnce(({ as }) =>
          as.editor.post('/v1/manage/articles', shortStory({ headline: 'Other' })),
        );
        const renamed = await Promise.all(
          others.map(({ body }, i) => {
            const { as } = i % 2 === 0 ? two.app : two.beside;
            return as.editor.patch(`/v1/manage/articles/${body.data.id}`, { slug: wanted }).set('if-match', '"1"');
          }),
        );
        expect(new Set(others.map(({ body }) => body.data.slug)).size).toBe(2 * perServer);
        expect(statusesOf(renamed)).toEqual(oneOf(200, 409));
        expect((await two.beside.as.viewer.get(`/v1/manage/articles/${wanted}`).expect(200)).body.data.id).toBe(
          winnerAmong(renamed, 200).id,
        );
      }
    },
    patienceMs,
  );

  it.each(['desks', 'tags'])(
    'make one of the %s with a key, though stories make it by naming it',
    async (plural) => {
      for (let round = 0; round < times; round++) {
        const key = newKey();
        const naming = plural === 'desks' ? { desk: key } : { tags: [key] };
        const answers = await atOnce(({ as }, i) => as.editor.post(`/v1/manage/${plural}`, { key, name: `By ${i}` }));
        expect(statusesOf(answers)).toEqual(oneOf(201, 409));
        const other = newKey();
        const named = plural === 'desks' ? { desk: other } : { tags: [other] };
        const mixed = await atOnce(({ as }, i) =>
          i % 2 === 0
            ? as.editor.post('/v1/manage/articles', shortStory(named))
            : as.editor.post(`/v1/manage/${plural}`, { key: other, name: 'Made' }),
        );
        expect(mixed.filter((_, i) => i % 2 === 0).map(({ status }) => status)).toEqual(Array(perServer).fill(201));
        const made = mixed.filter(({ status }, i) => i % 2 === 1 && status === 201);
        expect(made.length).toBeLessThan(2);
        const { data } = (await two.beside.as.viewer.get(`/v1/manage/${plural}/${other}`).expect(200)).body;
        expect([data.version, data.name === 'Made']).toEqual([1, made.length === 1]);
        await two.app.as.editor.post('/v1/manage/articles', shortStory(naming)).expect(201);
        expect((await two.app.as.viewer.get(`/v1/manage/${plural}/${key}`).expect(200)).body.data).toEqual(
          winnerAmong(answers),
        );
      }
    },
    patienceMs,
  );

  it.each([
    ['image', image, 'caption'],
    ['quote', quote, 'text'],
    ['embed', embed, 'title'],
  ])(
    'make one %s with an id that stories carry',
    async (kind, draft, member) => {
      for (let round = 0; round < times; round++) {
        const [id, contested] = [randomUUID(), randomUUID()];
        const carrying = (of: Members) => shortStory({ sections: [{ blocks: [{ type: kind, [kind]: of }] }] });
        const same = await atOnce(({ as }) => as.editor.post('/v1/manage/articles', carrying({ ...draft, id })));
        expect(statusesOf(same)).toEqual(Array(2 * perServer).fill(201));
        const asOf = (path: string) => two.app.as.viewer.get(`/v1/manage/${kind}s/${path}`).expect(200);
        expect((await asOf(id)).body.data.version).toBe(1);
        expect((await asOf(`${id}/usages?limit=100`)).body.data).toHaveLength(2 * perServer);
        const answers = await atOnce(({ as }, i) =>
          as.editor.post('/v1/manage/articles', carrying({ ...draft, id: contested, [member]: `By ${i}` })),
        );
        expect(statusesOf(answers)).toEqual(oneOf(201, 422));
        const winner = answers.findIndex(({ status }) => status === 201);
        expect((await asOf(contested)).body.data).toMatchObject({ version: 1, [member]: `By ${winner}` });
      }
    },
    patienceMs,
  );
});

describe('many who send the same import at once, through two servers', () => {
  it(
    'get a draft each, with one of each of its images, quotes and embeds',
    async () => {
      const { id } = await liveStory(two.app, shortStory({ slug: 'to-be-imported' }));
      const ninjs = JSON.stringify(await deliveredAs(two.app, id, 'ninjs'));
      for (let round = 0; round < times; round++) {
        // The same story as another system would send it, of which nothing is here.
        const ids = new Map<string, string>();
        const foreign = ninjs
          .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (known) => {
            const other = ids.get(known) ?? randomUUID();
            ids.set(known, other);
            return other;
          })
          .replaceAll('to-be-imported', `imported-${round}`);
        const answers = await atOnce(({ as }) => as.editor.post(importsPath, JSON.parse(foreign)));
        expect([statusesOf(answers), answers.find(({ status }) => status !== 201)?.text]).toEqual([
          Array(2 * perServer).fill(201),
          undefined,
        ]);
        expect(new Set(answers.map(({ body }) => body.data.slug)).size).toBe(2 * perServer);
        const resources = answers.flatMap(({ body }) => body.resources as { id: string; outcome: string }[]);
        const made = resources.filter(({ outcome }) => outcome === 'created').map((resource) => resource.id);
        expect(new Set(made).size).toBe(made.length);
        expect(new Set(made)).toEqual(new Set(resources.map((resource) => resource.id)));
        expect(made.length).toBeGreaterThan(2);
      }
    },
    patienceMs,
  );
});

/** The operations that are tried, some of them where time is short. */
function tried(): string[] {
  const chance = chanceOf('operations');
  return Object.keys(posts)
    .map((name) => ({ name, place: chance() }))
    .sort((a, b) => a.place - b.place)
    .slice(0, operations)
    .map(({ name }) => name);
}

/** Has one operation asked for by many under one key. */
async function requireOnce(name: string): Promise<void> {
  const recipe = posts[name];
  if (!recipe) throw new Error(`There is no request for ${name}`);
  // What the first of all makes beside it, such as its desk and its tags, the others find there.
  await sendPost(two.app, await recipe(two.app), newKey());
  for (let round = 0; round < keyRounds; round++) {
    const alone = await recipe(two.app);
    const [before, key] = [await writesSoFar(two.app), newKey()];
    expect((await sendPost(two.app, alone, `alone-${key}`)).status).toBeLessThan(300);
    const once = difference(before, await writesSoFar(two.app));
    const post = await recipe(two.app);
    const begun = await writesSoFar(two.app);
    const answers = await atOnce(async (clients) => {
      for (;;) {
        const answer = await sendPost(clients, post, key);
        if (answer.body.type !== '/problems/request-in-progress') return answer;
        expect(answer.status).toBe(409);
      }
    });
    expect([name, difference(begun, await writesSoFar(two.app))]).toEqual([name, once]);
    const [first] = answers;
    for (const { status, text, headers } of answers)
      expect([name, status, text, headers.etag, headers.location]).toEqual([
        name,
        first?.status,
        first?.text,
        first?.headers.etag,
        first?.headers.location,
      ]);
    expect(first?.status).toBeLessThan(300);
    expect(answers.filter(({ headers }) => headers['idempotency-replayed'] === undefined)).toHaveLength(1);
  }
}

describe('many who send a POST under one Idempotency-Key at once, through two servers', () => {
  it(
    'have it done once, and are all answered the same',
    async () => {
      for (const name of tried()) await requireOnce(name);
    },
    patienceMs,
  );
});

function difference(before: readonly number[], after: readonly number[]): number[] {
  return after.map((now, i) => now - (before[i] ?? 0));
}
