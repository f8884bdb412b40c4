// Whole requests, that would be done: below the role of an operation nothing comes of them, and with it everything.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Role, roles } from '../../src/kernel/actor.js';
import { startApp, type TestApp } from '../support/app.js';
import { writesSoFar } from '../support/posts.js';
import {
  makeThing,
  type Request,
  type State,
  states,
  type Thing,
  type Work,
  works,
  worksOnOthers,
} from '../support/works.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const below = (role: Role) => roles[roles.indexOf(role) - 1];

async function etagAt(path: string): Promise<string> {
  return (await app.as.viewer.get(path)).headers.etag ?? '"1"';
}

async function requestOf(work: Work, thing: Thing, state: State): Promise<Request> {
  const deleted = work.deletedKind && thing.deleted[work.deletedKind];
  const ifMatch = work.versionAt && (deleted ?? (await etagAt(work.versionAt(thing))));
  const body = await work.body?.(thing, app);
  return {
    method: work.method,
    path: work.at(thing),
    status: work.statuses[state],
    ...(ifMatch !== undefined && { ifMatch }),
    ...(body !== undefined && { body }),
  };
}

async function send({ method, path, body, ifMatch }: Request, role: Role): Promise<{ status: number; told: string }> {
  const test = app.as[role][method](path, Buffer.isBuffer(body) ? undefined : body);
  if (ifMatch !== undefined) test.set('if-match', ifMatch);
  if (Buffer.isBuffer(body)) test.set('content-type', 'image/jpeg').send(body);
  const answer = await test;
  return { status: answer.status, told: answer.text };
}

/** Sends a request below the role it takes, which changes nothing, and then with that role. */
async function faultsOf(what: string, request: Request, role: Role): Promise<string[]> {
  const before = await writesSoFar(app);
  const lower = below(role);
  const faults: string[] = [];
  if (lower) {
    const refused = await send(request, lower);
    if (refused.status !== 403) faults.push(`${what} as ${lower}: ${refused.status} ${refused.told}`);
    if (`${await writesSoFar(app)}` !== `${before}`) faults.push(`${what} as ${lower} has written`);
  }
  const { status, told } = await send(request, role);
  if (status !== request.status)
    faults.push(`${what} as ${role}: ${status} rather than ${request.status} ${told.slice(0, 300)}`);
  const hasWritten = `${await writesSoFar(app)}` !== `${before}`;
  if (status >= 400 && hasWritten) faults.push(`${what} as ${role} has written, though it answered ${status}`);
  return faults;
}

describe('a whole request', () => {
  it('is told of here for every operation that writes, and nowhere else', () => {
    const writing = app.app.operations.filter(({ method, role }) => method !== 'GET' && role);
    expect([...Object.keys(works), ...Object.keys(worksOnOthers)].sort()).toEqual(
      writing.map(({ operationId }) => operationId).sort(),
    );
  });

  it.each(states)(
    'on what is %s is done with the role of the operation, and 403 with the one below',
    async (state) => {
      const faults: string[] = [];
      for (const [operationId, work] of Object.entries(works)) {
        const role = (state === 'live' ? work.roleOnLive : undefined) ?? work.role;
        const request = await requestOf(work, await makeThing(app, state), state);
        faults.push(...(await faultsOf(`${operationId} on ${state}`, request, role)));
      }
      // An erasure goes on behind its answer.
      const erasures = async () => (await app.as.admin.get('/v1/manage/erasures?limit=100').expect(200)).body.data;
      await expect.poll(erasures).not.toContainEqual(expect.objectContaining({ state: 'replacing' }));
      expect(faults).toEqual([]);
    },
    60_000,
  );

  it('on what belongs to no story is done with the role of the operation, and 403 with the one below', async () => {
    const faults: string[] = [];
    for (const [operationId, { role, make }] of Object.entries(worksOnOthers))
      faults.push(...(await faultsOf(operationId, await make(app), role)));
    expect(faults).toEqual([]);
  }, 180_000);
});
