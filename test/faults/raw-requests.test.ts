// What no HTTP library would send: bytes on bare connections.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { Judge, tableNames } from './fuzzing/judging.js';
import { Newsroom } from './fuzzing/newsroom.js';
import { type Exchange, exchange, type Written } from './fuzzing/raw.js';

let reference: TestApp;
let newsroom: Newsroom;
let judge: Judge;

beforeAll(async () => {
  reference = await startApp();
  newsroom = await Newsroom.open();
  judge = new Judge(reference.app, tableNames(reference.path));
});
afterAll(async () => {
  const logged = newsroom.server.stdout.split('\n').filter((line) => /"level":[56]0/.test(line));
  await newsroom.server.kill();
  await reference.close();
  expect(logged).toEqual([]);
});

const posts = '/v1/manage/articles';
const json = '{"language":"en","desk":"world"}';
const get = (path: string, ...headers: string[]) =>
  [`GET ${path} HTTP/1.1`, 'host: x', ...headers, '', ''].join('\r\n');
const head = (...headers: string[]) =>
  [`POST ${posts} HTTP/1.1`, 'host: x', `authorization: Bearer ${newsroom.keys.editor}`, ...headers, '', ''].join(
    '\r\n',
  );
const typed = (...headers: string[]) => head('content-type: application/json', ...headers);
const sized = (body: string | Buffer, ...headers: string[]): Written => [
  typed(`content-length: ${Buffer.byteLength(body)}`, ...headers),
  body,
];
const chunked = (...chunks: string[]): Written => [typed('transfer-encoding: chunked'), ...chunks];
const whole = (body: string) => [`${body.length.toString(16)}\r\n${body}\r\n`, '0\r\n\r\n'];

/** Holds each answer to what all answers are, and the statuses to what was wanted. */
async function expectStatuses(written: Written, wanted: readonly number[], silenceMs?: number): Promise<Exchange> {
  const found = await exchange(newsroom.server.address, written, { silenceMs, awaited: wanted.length });
  const { answers, rest } = found;
  expect([answers.map(({ status }) => status), rest]).toEqual([wanted, '']);
  // What Node refuses before anybody is asked, it refuses without a word.
  for (const answer of answers.filter(({ status, text }) => status >= 200 && text !== ''))
    expect(judge.faultsOf('GET', '/nowhere', answer)).toEqual([]);
  expect((await fetch(`${newsroom.server.address}/healthz`)).status).toBe(200);
  return found;
}

describe('a body', () => {
  it.each<[string, () => Written, number[]]>([
    ['as it should be', () => sized(json), [201]],
    ['with a key twice', () => sized('{"language":"en","language":"be","desk":"world","desk":"sport"}'), [201]],
    [
      'with bytes of a lone surrogate',
      () => sized(Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d])),
      [400],
    ],
    [
      'with an escaped lone surrogate',
      () => sized(String.raw`{"language":"en","desk":"world","headline":"\ud800"}`),
      [400],
    ],
    ['with NUL in a text', () => sized('{"language":"en","desk":"world","headline":"a\u0000b"}'), [400]],
    ['with an escaped NUL', () => sized(String.raw`{"language":"en","desk":"world","headline":"a\u0000b"}`), [400]],
    ['with __proto__', () => sized('{"__proto__":{"role":"admin"},"language":"en","desk":"world"}'), [400]],
    ['that nests a million deep', () => sized(`${'['.repeat(500_000)}${']'.repeat(500_000)}`), [422]],
    ['of 10 MB', () => sized(`{"headline":"${'x'.repeat(10 * 1024 * 1024)}"}`), [413]],
    [
      'of 10 MB in chunks',
      () => chunked(...Array.from({ length: 160 }, () => `10000\r\n${'x'.repeat(65_536)}\r\n`), '0\r\n\r\n'),
      [413],
    ],
    ['that says it has 10 TB', () => [typed('content-length: 10000000000000'), '{'], [413]],
    ['that is a gzip bomb', () => sized(gzipSync(Buffer.alloc(100 * 1024 * 1024)), 'content-encoding: gzip'), [415]],
    ['that is gzipped', () => sized(gzipSync(json), 'content-encoding: gzip'), [415]],
    ['that is coded as nothing', () => sized(json, 'content-encoding: identity'), [201]],
    ['of no type', () => [head(`content-length: ${json.length}`), json], [415]],
    ['of two types', () => sized(json, 'content-type: text/plain'), [201]],
    ['in one chunk', () => chunked(...whole(json)), [201]],
    [
      'a byte a chunk, with extensions and a trailer',
      () => chunked(...[...json].map((byte) => `1;a=b\r\n${byte}\r\n`), '0\r\nx-trailer: y\r\n\r\n'),
      [201],
    ],
    [
      'that answers an expectation',
      () => [typed(`content-length: ${json.length}`, 'expect: 100-continue'), 200, json],
      [100, 201],
    ],
  ])('%s', async (_what, written, wanted) => {
    await expectStatuses(written(), wanted);
  });
});

describe('framing that could be read two ways is refused, and what follows is not taken for a request', () => {
  const smuggled = get('/v1/articles');
  it.each<[string, () => Written]>([
    ['a length and chunks', () => [typed('content-length: 4', 'transfer-encoding: chunked'), '0\r\n\r\n', smuggled]],
    ['chunks and a length', () => [typed('transfer-encoding: chunked', 'content-length: 4'), '0\r\n\r\n', smuggled]],
    ['two lengths', () => [typed('content-length: 2', `content-length: ${json.length}`), json, smuggled]],
    ['a length with a sign', () => [typed('content-length: +2'), '{}', smuggled]],
    ['a length below nothing', () => [typed('content-length: -1'), '{}', smuggled]],
    ['a length in hex', () => [typed('content-length: 0x2'), '{}', smuggled]],
    ['a length in a list', () => [typed('content-length: 2, 2'), '{}', smuggled]],
    ['a length past all numbers', () => [typed(`content-length: ${'9'.repeat(40)}`), '{}', smuggled]],
    ['chunks twice', () => [typed('transfer-encoding: chunked', 'transfer-encoding: chunked'), '0\r\n\r\n', smuggled]],
    ['chunks that are not last', () => [typed('transfer-encoding: chunked, identity'), '0\r\n\r\n', smuggled]],
    ['a coding that is not known', () => [typed('transfer-encoding: xchunked'), '0\r\n\r\n', smuggled]],
    ['a chunk of no size', () => [...chunked('zz\r\n{}\r\n'), smuggled]],
    ['a chunk below nothing', () => [...chunked('-1\r\n{}\r\n'), smuggled]],
    ['a chunk past all numbers', () => [...chunked(`${'F'.repeat(20)}\r\n{}`), smuggled]],
    ['a chunk longer than its size', () => [...chunked('1\r\n{}\r\n0\r\n\r\n'), smuggled]],
    ['a space before a colon', () => [typed('content-length : 2'), '{}', smuggled]],
    ['a folded header', () => [typed('x-a: b', ' content-length: 2', 'content-length: 2'), '{}', smuggled]],
    ['bare line feeds', () => [get('/v1/articles').replaceAll('\r\n', '\n'), smuggled]],
    ['NUL in a header', () => [typed('x-a: b\u0000c'), smuggled]],
    ['no host', () => ['GET /v1/articles HTTP/1.1\r\n\r\n', smuggled]],
    ['a path with a control character', () => ['GET /v1/arti\u0001cles HTTP/1.1\r\nhost: x\r\n\r\n', smuggled]],
    ['a space in the path', () => ['GET /v1/ar ticles HTTP/1.1\r\nhost: x\r\n\r\n', smuggled]],
    ['the preface of HTTP/2', () => ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', smuggled]],
    ['no version', () => ['GET /v1/articles\r\n', smuggled]],
    ['TLS', () => [Buffer.from('16030100a5010000a10303', 'hex'), smuggled]],
  ])('%s', async (_what, written) => {
    const { isClosed } = await expectStatuses(written(), [400]);
    expect(isClosed).toBe(true);
  });
});

describe('a request line or header', () => {
  it.each<[string, () => Written, number[]]>([
    ['of HTTP/1.0', () => ['GET /healthz HTTP/1.0\r\n\r\n'], [200]],
    ['of HTTP/1.0 with a whole address', () => ['GET http://x/healthz HTTP/1.0\r\n\r\n'], [200]],
    ['for the server as a whole', () => ['OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n'], [404]],
    // The connection is closed.
    ['that wants a tunnel', () => ['CONNECT a.example:443 HTTP/1.1\r\nhost: a.example:443\r\n\r\n'], []],
    ['that wants a websocket', () => [get('/healthz', 'connection: upgrade', 'upgrade: websocket')], [200]],
    [
      'that wants HTTP/2',
      () => [get('/healthz', 'connection: upgrade, http2-settings', 'upgrade: h2c', 'http2-settings: AA')],
      [200],
    ],
    ['with an expectation of something else', () => [typed('content-length: 0', 'expect: a miracle')], [417]],
    ['with a method of its own', () => ['EAT /healthz HTTP/1.1\r\nhost: x\r\n\r\n'], [400]],
    ['of 20 KB', () => [get(`/v1/articles?q=${'x'.repeat(20_000)}`)], [431]],
    ['of 9 KB', () => [get(`/v1/articles?q=${'x'.repeat(9000)}`)], [400]],
    ['with 5,000 headers', () => [get('/healthz', ...Array.from({ length: 5000 }, (_, i) => `a${i}: b`))], [431]],
    ['with a percent sign that means nothing', () => [get('/v1/articles/%E0%A4%A')], [400]],
    ['with a fragment', () => [get('/v1/articles#top')], [400]],
    [
      'with a fragment, where a key is needed',
      () => [get(`${posts}?limit=1#2`, `authorization: Bearer ${newsroom.keys.viewer}`)],
      [400],
    ],
    ['with one parameter a thousand times', () => [get(`/v1/articles?${'limit=1&'.repeat(1000)}`)], [400]],
    // No answer depends on the host.
    ['with two hosts', () => [get('/healthz', 'host: y')], [200]],
    [
      'with two keys',
      () => [get(posts, `authorization: Bearer ${newsroom.keys.viewer}`, 'authorization: Bearer x')],
      [200],
    ],
  ])('%s', async (_what, written, wanted) => {
    await expectStatuses(written(), wanted);
  });
});

describe('an address that the router and others could read two ways', () => {
  it.each([
    ['a query within a fragment', '/v1/articles#q=nobody&speaker=?limit=7', '/v1/articles?limit=7', 7],
    ['a cursor within a fragment', '/v1/images#cursor=?limit=7', '/v1/images?limit=7', 7],
    ['a query of the host', 'http://x?q=a/v1/articles?limit=7', '/v1/articles?q=a/v1/articles?limit=7', 20],
  ])('by %s does not change what others get', async (_what, twoWays, address, limit) => {
    const { answers } = await exchange(newsroom.server.address, [get(twoWays)]);
    expect(answers).toHaveLength(1);
    const found = await fetch(newsroom.server.address + address);
    expect(await found.json()).toMatchObject({ page: { limit } });
  });

  it('shows no signature in the log', async () => {
    await expectStatuses([get('/media/a/b/full/160.jpg#expires=1&signature=untold')], [400]);
    await expectStatuses([get('/media/a/b/full/160.jpg?#expires=1&signature=untold')], [400]);
    expect(newsroom.server.stdout).not.toContain('untold');
  });
});

describe('a connection', () => {
  it('is answered in order, however much comes at once', async () => {
    const { answers } = await expectStatuses(
      [[get('/healthz'), get('/v1/articles/none'), ...sized(json), get('/readyz')].join('')],
      [200, 404, 201, 200],
    );
    expect(answers.map(({ text }) => Object.keys(JSON.parse(text))[0])).toEqual(['status', 'type', 'data', 'status']);
  });

  it('that brings a thousand requests at once gets a thousand answers', async () => {
    await expectStatuses([get('/healthz').repeat(1000)], Array(1000).fill(200));
  });

  it('whose headers or body come too slowly is told so, and closed', async () => {
    const drip = (text: string, everyMs: number) => [...text].flatMap((byte) => [byte, everyMs]);
    const slow = [
      expectStatuses([`GET /healthz HTTP/1.1\r\nhost: x\r\n`, ...drip('x-slow: yes yes yes', 1000)], [408], 20_000),
      expectStatuses([typed(`content-length: ${json.length}`), ...drip(json, 1000)], [408], 20_000),
      expectStatuses([...chunked(), ...drip('5\r\n{"lan', 2000)], [408], 20_000),
    ];
    for (const { isClosed } of await Promise.all(slow)) expect(isClosed).toBe(true);
  });

  it('that breaks in the middle leaves nothing behind', async () => {
    const count = async () => {
      const list = await fetch(`${newsroom.server.address}${posts}?limit=100`, {
        headers: { authorization: `Bearer ${newsroom.keys.viewer}` },
      });
      return ((await list.json()) as { data: unknown[] }).data.length;
    };
    const before = await count();
    const broken = Array.from({ length: 50 }, (_, i) =>
      exchange(newsroom.server.address, [typed(`content-length: ${json.length}`), json.slice(0, i % json.length)], {
        silenceMs: 50,
      }),
    );
    for (const { answers } of await Promise.all(broken)) expect(answers).toEqual([]);
    expect(await count()).toBe(before);
  });
});
