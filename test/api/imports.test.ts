// What an import refuses, where it says so, and that nothing is left of what it refused.
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markdownExample, ninjsExample } from '../../src/content/imports/examples.js';
import { startApp, type TestApp } from '../support/app.js';
import { importsPath, sendDocument } from '../support/imported.js';
import { createStory, shortStory } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

async function countRows(): Promise<number[]> {
  const { db, tables, all } = app.store;
  const kept = [tables.articles, tables.sections, tables.images, tables.quotes, tables.embeds, tables.changes];
  return Promise.all(kept.map(async (table) => (await all(db.select().from(table))).length));
}

const chosen = '?language=en&desk=world';
const long = 'x'.repeat(301);

describe('POST /v1/manage/imports', () => {
  it.each([
    ['viewer', 403],
    ['editor', 201],
    ['publisher', 201],
    ['admin', 201],
  ] as const)('is for editors: %s gets %i', async (role, status) => {
    await sendDocument(app, ninjsExample, { role }).expect(status);
    await sendDocument(app, markdownExample, { role }).expect(status);
  });

  it('answers 415 with what it takes for any other media type', async () => {
    const { headers } = await supertest(app.app.server)
      .post(importsPath)
      .set('authorization', `Bearer ${app.keys.editor}`)
      .set('content-type', 'text/html')
      .send('<p>No.</p>')
      .expect(415);
    expect(headers['accept-post']).toBe('application/json, application/vnd.iptc.ninjs+json, text/markdown');
  });

  it('takes ninjs as application/json too, and Markdown with its parameters', async () => {
    await app.as.editor.post(importsPath, ninjsExample).expect(201);
    await sendDocument(app, markdownExample)
      .set('content-type', 'text/markdown; charset=UTF-8; variant=GFM')
      .expect(201);
  });

  it('takes Markdown nowhere else', async () => {
    await supertest(app.app.server)
      .post('/v1/manage/articles')
      .set('authorization', `Bearer ${app.keys.editor}`)
      .set('content-type', 'text/markdown')
      .send('# No')
      .expect(415);
  });

  it.each([
    ['Markdown', '# A headline', ['language', 'desk'], ''],
    ['Markdown in a language', '# A headline', ['desk'], '?language=en'],
    ['ninjs', { type: 'text', language: 'en' }, ['desk'], ''],
  ])('answers 400 naming the parameters that %s needs', async (_what, document, names, query) => {
    const { body } = await sendDocument(app, document, { query }).expect(400);
    expect(body.errors).toEqual(
      names.map((parameter) => ({ parameter, code: 'required', message: expect.stringContaining('is required') })),
    );
  });

  it('takes the parameters in place of what the document says', async () => {
    const { body } = await sendDocument(app, ninjsExample, { query: '?language=be&desk=sport' }).expect(201);
    expect(body.data).toMatchObject({ language: 'be', desk: 'sport' });
  });

  it.each([
    ['an unknown parameter', '?language=en&desk=world&stage=ready', 'stage'],
    ['a language that is none', '?language=english!&desk=world', 'language'],
    ['a desk that is no key', '?language=en&desk=The+World', 'desk'],
  ])('answers 400 for %s', async (_what, query, parameter) => {
    const { body } = await sendDocument(app, markdownExample, { query }).expect(400);
    expect(body.errors).toMatchObject([{ parameter }]);
  });

  it.each([
    ['a headline that is too long', `\n\n# ${long}`, 3, 'too_big'],
    ['a section’s heading that is', `# H\n\n## ${long}`, 3, 'too_big'],
    ['a heading within a section that is', `# H\n\nText.\n\n### ${long}`, 5, 'too_big'],
    ['an item that is', `# H\n\n- a\n- ${'x'.repeat(5001)}`, 4, 'too_big'],
    ['a control character', '# H\n\nBell \u0007 rings.', 3, 'control_character'],
    [
      'a wrong fact in a comment of ours',
      '# H\n\n<!-- copydesk:table {"headerRow":"maybe"} -->\n\n| a |\n| - |',
      5,
      'invalid_type',
    ],
    ['an unknown fact in a comment of ours', '# H\n\n<!-- copydesk:story {"owner":"me"} -->', 1, 'unknown_field'],
    ['a front matter that is', `---\nslug: Not A Slug\n---\n# H`, 2, 'invalid_format'],
  ])('answers 400 with the line of %s', async (_what, document, line, code) => {
    const before = await countRows();
    const { body } = await sendDocument(app, `${document}\n`, { query: chosen }).expect(400);
    expect(body.errors).toMatchObject([{ line, code }]);
    expect(await countRows()).toEqual(before);
  });

  const item = (fields: object) => ({ ...ninjsExample, ...fields });
  const html = (value: string) => item({ bodies: [{ contentType: 'text/html', value }] });
  it.each([
    ['a type that is no text', item({ type: 'picture' }), '/type', 'not_a_text'],
    ['bodies that are no list', item({ bodies: 'text' }), '/bodies', 'invalid_type'],
    ['a body without its value', item({ bodies: [{}] }), '/bodies/0/value', 'required'],
    ['a headline that is too long', item({ headlines: [{ value: long }] }), '/headlines/0/value', 'too_big'],
    ['a language that is none', item({ language: 'english!' }), '/language', 'invalid_format'],
    ['a slug that is none', item({ altIds: [{ role: 'slug', value: 'A Slug' }] }), '/altIds/0/value', 'invalid_format'],
    ['a heading in the body that is too long', html(`<p>A</p>\n<h3>${long}</h3>`), '/bodies/0/value', 'too_big'],
  ])('answers 400 with the pointer to %s', async (_what, document, pointer, code) => {
    const before = await countRows();
    const { body } = await sendDocument(app, document).expect(400);
    expect(body.errors).toMatchObject([{ pointer, code }]);
    expect(await countRows()).toEqual(before);
  });

  it('says in which line of the text that a pointer leads to', async () => {
    const { body } = await sendDocument(app, html(`<p>A</p>\n<h3>${long}</h3>`)).expect(400);
    expect(body.errors).toMatchObject([{ pointer: '/bodies/0/value', line: 2 }]);
  });

  it('answers 400 for nothing, for what is not UTF-8, and for ninjs that is no JSON', async () => {
    const send = (type: string, bytes: Buffer) =>
      supertest(app.app.server)
        .post(`${importsPath}${chosen}`)
        .set('authorization', `Bearer ${app.keys.editor}`)
        .set('content-type', type)
        .send(bytes);
    await send('text/markdown', Buffer.from('')).expect(400);
    await send('text/markdown', Buffer.from([0x23, 0xff, 0xfe])).expect(400);
    await send('application/vnd.iptc.ninjs+json', Buffer.from('{"type":')).expect(400);
    await send('application/vnd.iptc.ninjs+json', Buffer.from('"# Text"')).expect(400);
  });

  it.each([
    ['quotations', `${'> '.repeat(40)}deep`, { line: 1 }],
    ['lists by their indentation', Array.from({ length: 80 }, (_, i) => `${'  '.repeat(i)}- x`).join('\n'), {}],
    ['emphasis', `${'_a *a '.repeat(60)}${'b* b_ '.repeat(60)}`, { line: 1 }],
    ['elements', html(`${'<div>'.repeat(200)}x${'</div>'.repeat(200)}`), { pointer: '/bodies/0/value' }],
    ['what a drawing holds', html(`<svg>${'<td>'.repeat(19_000)}`), { pointer: '/bodies/0/value' }],
    ['marks that are never closed', html('<b>x'.repeat(5000)), { pointer: '/bodies/0/value' }],
  ])('answers 422 for %s that nest too deep', async (_what, document, place) => {
    const { body } = await sendDocument(app, document, { query: chosen }).expect(422);
    expect(body.errors).toMatchObject([{ ...place, code: 'too_deep' }]);
  });

  it('answers 422 for more blocks than a story has, and 413 for more text than it reads', async () => {
    const many = Array.from({ length: 2001 }, (_, i) => `p${i}`).join('\n\n');
    const { body } = await sendDocument(app, many, { query: chosen }).expect(422);
    expect(body.errors).toMatchObject([{ line: 1, code: 'too_many' }]);
    const elements = await sendDocument(app, html('<p>a</p>'.repeat(20_001))).expect(422);
    expect(elements.body.errors).toMatchObject([
      { pointer: '/bodies/0/value', code: 'too_many', message: 'has more than 20000 elements' },
    ]);
    await sendDocument(app, 'word '.repeat(53_000), { query: chosen }).expect(413);
    await sendDocument(app, html('word '.repeat(110_000))).expect(413);
    await sendDocument(app, 'word '.repeat(210_000), { query: chosen }).expect(413);
  });

  it('answers soon what would keep the parser busy', async () => {
    const links = await sendDocument(app, `Text.\n\n${'[a](b'.repeat(40_000)}`, { query: chosen }).expect(422);
    expect(links.body.errors).toMatchObject([{ line: 3, code: 'too_many' }]);
    const lines = await sendDocument(app, 'a\\\n'.repeat(44_000), { query: chosen }).expect(400);
    expect(lines.body.errors).toMatchObject([{ line: 1, code: 'too_big' }]);
  });

  it('makes a story under another slug when the document’s is taken', async () => {
    const { slug } = await createStory(app, shortStory({ headline: 'Taken here' }));
    const { body } = await sendDocument(app, `---\nslug: ${slug}\n---\n# Taken here`, { query: chosen }).expect(201);
    expect(body.data.slug).toBe(`${slug}-2`);
    expect(body.notCarried).toMatchObject([{ code: 'slug', message: expect.stringContaining(slug) }]);
  });

  it('makes two drafts of a document that is sent twice, unless the request has a key', async () => {
    const again = () => sendDocument(app, markdownExample).set('idempotency-key', 'import-1');
    const [first, second] = [await again().expect(201), await again().expect(201)];
    expect(second.body).toEqual(first.body);
    const other = await sendDocument(app, markdownExample).expect(201);
    expect(other.body.data.id).not.toBe(first.body.data.id);
    await sendDocument(app, `${markdownExample}\nMore.`).set('idempotency-key', 'import-1').expect(422);
  });

  it('writes a revision and a change for the draft and for each resource', async () => {
    const { body } = await sendDocument(app, markdownExample).expect(201);
    const { data: changes } = (await app.as.viewer.get('/v1/manage/changes?limit=10').expect(200)).body;
    const made = [body.data.id, ...body.resources.map(({ id }: { id: string }) => id)];
    for (const resourceId of made)
      expect(changes).toContainEqual(expect.objectContaining({ resourceId, action: 'create' }));
    const revisions = await app.as.viewer.get(`/v1/manage/articles/${body.data.id}/revisions`).expect(200);
    expect(revisions.body.data).toMatchObject([{ version: 1, action: 'create' }]);
  });
});
