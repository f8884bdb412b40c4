// Every rule, over HTTP: a story that breaks it alone, the same story mended, and what publishing says of each.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rules } from '../../src/publishing/preflight/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { soundStory } from '../support/candidates.js';
import { act, type Members } from '../support/editing.js';
import { reports } from '../support/reports.js';
import { createStory, image, quote } from '../support/stories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const film = {
  kind: 'video',
  provider: 'Host',
  title: 'A film',
  url: 'https://video.example/1',
  duration: 'PT1M',
  transcript: 'He says no.',
};
const first = '/sections/1/blocks/0';
const heading = (level: number) => ({ type: 'heading', level, text: 'A heading' });
const words = { type: 'paragraph', text: 'It goes on.' };
const media = (facts: Members) => soundStory({}, { type: 'embed', embed: { ...film, ...facts } });
const picture = (facts: Members) => soundStory({}, { type: 'image', image: { ...image, ...facts } });
const said = (facts: Members) => soundStory({}, { type: 'quote', quote: { ...quote, ...facts } });
const pulled = (text: string) => soundStory({}, { type: 'quote', display: 'pull', quote: { ...quote, text } });
const linked = (href: string) =>
  soundStory({}, { type: 'paragraph', text: 'Here.', spans: [{ start: 0, end: 4, type: 'link', href }] });
const inAside = (...blocks: object[]) => soundStory({}, { type: 'aside', blocks });
const gallery = (facts: Members) =>
  inAside({ type: 'gallery', images: [{ image }, { image: { ...image, ...facts } }] });
const written = (language: string) =>
  soundStory({ language: 'en' }, { type: 'paragraph', text: `${reports[language]} `.repeat(4) });
const bare = soundStory({ sections: [{ blocks: [words] }] });

/** The rule, the place it finds, what of a resource is at fault, the story, and the story mended. */
const cases: [code: string, pointer: string, field: string | null, broken: Members, mended: Members][] = [
  ['missing_headline', '/headline', null, soundStory({ headline: null }), soundStory()],
  ['missing_alt', `${first}/imageId`, '/alt', picture({ alt: null }), picture({ alt: null, decorative: true })],
  ['missing_alt', `${first}/blocks/0/images/1/imageId`, '/alt', gallery({ alt: ' ' }), gallery({})],
  ['missing_credit', `${first}/imageId`, '/creditLine', picture({ creditLine: null }), picture({})],
  ['missing_speaker', `${first}/quoteId`, '/speaker', said({ speaker: null }), said({})],
  ['missing_url', `${first}/embedId`, '/url', media({ url: null }), media({ kind: 'audio', url: null })],
  ['missing_duration', `${first}/embedId`, '/duration', media({ duration: null }), media({})],
  ['bad_link', `${first}/spans/0/href`, null, linked('http://localhost/'), linked('https://copydesk.example/')],
  ['bad_link', `${first}/spans/0/href`, null, linked('mailto:jane'), linked('mailto:jane@copydesk.example')],
  ['bad_link', `${first}/imageId`, '/sourceUrl', picture({ sourceUrl: 'http://10.0.0.1/' }), picture({})],
  ['bad_link', `${first}/quoteId`, '/sourceUrl', said({ sourceUrl: 'https://todo' }), said({})],
  ['bad_link', `${first}/embedId`, '/embedUrl', media({ embedUrl: 'http://[::1]/' }), media({})],
  [
    'bad_link',
    '/bylines/0/url',
    null,
    soundStory({ bylines: [{ name: 'Jane', url: 'https://a:b@copydesk.example/' }] }),
    soundStory({ bylines: [{ name: 'Jane', url: 'https://copydesk.example/' }] }),
  ],
  ['empty_section', '/sections/1', null, soundStory({}, { type: 'divider' }), soundStory({}, words)],
  [
    'long_headline',
    '/headline',
    null,
    soundStory({ headline: 'x'.repeat(111) }),
    soundStory({ headline: 'x'.repeat(110) }),
  ],
  ['missing_deck', '/deck', null, soundStory({ deck: null }), soundStory()],
  ['missing_lead_image', '/leadImageId', null, bare, soundStory()],
  ['missing_tags', '/tags', null, soundStory({ tags: [] }), soundStory({ tags: ['gas'] })],
  ['language_mismatch', '/language', null, written('de'), written('en')],
  ['language_mismatch', '/language', null, written('uk'), written('en')],
  [
    'skipped_heading_level',
    `${first}/level`,
    null,
    soundStory({}, heading(3), words),
    soundStory({}, heading(2), words),
  ],
  ['quote_not_in_text', `${first}/quoteId`, null, pulled('Never said.'), pulled('“simply no expediency”')],
  ['missing_transcript', `${first}/embedId`, '/transcript', media({ transcript: null }), media({})],
];

async function findingsOf(id: string): Promise<Members[]> {
  return (await app.as.viewer.get(`/v1/manage/articles/${id}/preflight`).expect(200)).body.data.findings;
}

describe('preflight finds', () => {
  it.each(cases)('%s at %s', async (code, pointer, field, broken, mended) => {
    const { severity, help } = rules.find((rule) => rule.code === code) ?? {};
    const { id } = await createStory(app, broken);
    const findings = await findingsOf(id);
    const resource = field === null ? null : { kind: expect.any(String), id: expect.any(String), pointer: field };
    expect(findings).toEqual([{ code, severity, pointer, message: expect.any(String), help, resource }]);
    const { status, body } = await act(app, id, 'publish');
    if (severity === 'error') {
      expect([status, body.type]).toEqual([422, '/problems/preflight-failed']);
      const { severity: _error, resource: of, ...told } = findings[0] ?? {};
      expect(body.errors).toEqual([{ ...told, ...(of !== null && { resource: of }) }]);
    } else {
      expect([status, body.warnings]).toEqual([200, findings]);
    }

    const { id: sound } = await createStory(app, mended);
    expect(await findingsOf(sound)).toEqual([]);
    const published = await act(app, sound, 'publish');
    expect([published.status, published.body.warnings]).toEqual([200, []]);
  });

  it('repeated_image at each place but the first', async () => {
    const { id, sections } = await createStory(app, picture({}));
    expect(await findingsOf(id)).toEqual([]);
    const shown = sections[1]?.blocks[0]?.imageId;
    const again = soundStory(
      {},
      { type: 'image', imageId: shown },
      { type: 'gallery', images: [{ image }, { imageId: shown }] },
      { type: 'aside', blocks: [{ type: 'image', imageId: shown }] },
    );
    const { id: repeating } = await createStory(app, again);
    expect((await findingsOf(repeating)).map((finding) => [finding.code, finding.pointer])).toEqual([
      ['repeated_image', '/sections/1/blocks/1/images/1/imageId'],
      ['repeated_image', '/sections/1/blocks/2/blocks/0/imageId'],
    ]);
    expect((await act(app, repeating, 'publish')).status).toBe(200);
  });

  it('nothing that no case here is about', () => {
    const elsewhere = ['repeated_image', 'dangling_reference', 'embargo_in_force', 'slug_taken'];
    const told = new Set([...cases.map(([code]) => code), ...elsewhere]);
    expect([...told].sort()).toEqual(rules.map(({ code }) => code).sort());
  });
});
