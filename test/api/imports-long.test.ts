import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { sendDocument } from '../support/imported.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const chosen = { query: '?language=en&desk=world' };

/** What takes the parser seconds: links, as many in a paragraph as one may have. */
function slowText(paragraphs: number): string {
  const links = Array.from({ length: 400 }, (_, i) => `[word ${i}](https://example.org/${i})`).join('\n');
  return `# Links\n\n${Array.from({ length: paragraphs }, () => links).join('\n\n')}\n`;
}

describe('POST /v1/manage/imports with a long text', () => {
  it('makes the same draft of it as of a short one', async () => {
    const paragraph = 'Two presidents met, **again**, in [Minsk](https://example.org/minsk).';
    const textsOf = async (count: number) => {
      const markdown = `# Talks\n\n${Array.from({ length: count }, () => paragraph).join('\n\n')}\n`;
      const { body } = await sendDocument(app, markdown, chosen).expect(201);
      return (body.data.sections[0].blocks as { id: string }[]).map(({ id: _id, ...block }) => JSON.stringify(block));
    };
    const [short, long] = [await textsOf(1), await textsOf(300)];
    expect(long).toHaveLength(300);
    expect(new Set(long)).toEqual(new Set(short));
  });

  it('lets others be answered while it is read', async () => {
    let isRead = false;
    const importing = sendDocument(app, slowText(7), chosen).then((answer) => {
      isRead = true;
      return answer;
    });
    let answered = 0;
    for (; !isRead; answered += 1) {
      await app.anybody.get('/v1/articles?limit=1').expect(200);
      await pause(10);
    }
    expect((await importing).body).toMatchObject({ data: { headline: 'Links' } });
    expect(answered).toBeGreaterThan(20);
  });

  it('names the line of what nests too deep in it', async () => {
    const deep = `${'_a *a '.repeat(60)}${'b* b_ '.repeat(60)}`;
    const text = `# Deep\n\n${'A line of words.\n\n'.repeat(1200)}${deep}\n`;
    const { body } = await sendDocument(app, text, chosen).expect(422);
    expect(body.errors).toMatchObject([{ line: 2403, code: 'too_deep' }]);
  });

  it('refuses some with Retry-After when too many are sent at once, and makes whole drafts of the others', async () => {
    const text = `# Words\n\n${'Some words of a story.\n\n'.repeat(800)}`;
    const answers = await Promise.all(Array.from({ length: 16 }, () => sendDocument(app, text, chosen)));
    const done = answers.filter(({ status }) => status === 201);
    const refused = answers.filter(({ status }) => status === 503);
    expect(done.length + refused.length).toBe(16);
    expect(done.length).toBeGreaterThanOrEqual(8);
    expect(refused.length).toBeGreaterThan(0);
    for (const { body, headers } of refused) {
      expect(body.type).toBe('/problems/unavailable');
      expect(headers['retry-after']).toBe('2');
    }
    for (const { body } of done) expect(body.data.sections[0].blocks).toHaveLength(800);
  });
});
