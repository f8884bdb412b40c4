// Stories as the rules of preflight see them, without a server.
import { ArticleDraft, type ArticleFields, fillArticle } from '../../src/content/articles/schemas.js';
import { Drafting } from '../../src/content/drafting.js';
import { planSections } from '../../src/content/sections/plan.js';
import { candidateOf, type Shelf } from '../../src/publishing/preflight/candidate.js';
import type { Candidate, Circumstances, Rule } from '../../src/publishing/preflight/rule.js';
import { image, shortStory } from './stories.js';

const transcript = 'There is simply no expediency in this.';

/** A story in which preflight finds nothing. Its second section, with the heading "Part", is for the test to fill. */
export function soundStory(fields: Record<string, unknown> = {}, ...blocks: object[]) {
  return shortStory({
    headline: 'A sound story',
    deck: 'It has all that a story needs.',
    sections: [
      {
        heading: null,
        blocks: [
          { type: 'image', image },
          { type: 'paragraph', text: `He said: “${transcript}”` },
        ],
      },
      { heading: 'Part', blocks: blocks.length > 0 ? blocks : [{ type: 'paragraph', text: 'It goes on.' }] },
    ],
    ...fields,
  });
}

/** A story as posted, with the resources it carries, laid out for the rules. */
export function candidate(body: object, circumstances: Partial<Circumstances> = {}): Candidate {
  const draft = ArticleDraft.parse(body);
  const drafting = new Drafting(draft.language);
  const sections = planSections(draft.sections ?? [], [], drafting).map(({ content }) => content);
  const fields = fillArticle({ ...draft, slug: draft.slug ?? 'a-story' }) as ArticleFields;
  const inline = new Map(drafting.inlineResources().map(({ kind, id, facts }) => [`${kind}/${id}`, facts]));
  const shelf = { find: (kind: string, id: string) => inline.get(`${kind}/${id}`) } as Shelf;
  const settled = { articles: new Set<string>(), slugOwner: undefined, embargo: null, at: '2026-01-15T09:00:00.000Z' };
  return candidateOf({ fields, sections }, shelf, { ...settled, ...circumstances });
}

/** The places at which a rule finds something: of a resource's fault, the place that uses it and the field. */
export function placesFound(rule: Rule, body: object, circumstances: Partial<Circumstances> = {}): string[] {
  const story = candidate(body, circumstances);
  return [
    ...(rule.ofStory?.(story) ?? []).map(({ pointer }) => pointer),
    ...story.uses.flatMap((use) => (rule.ofUse?.(use) ?? []).map(({ field }) => `${use.pointer} ${field}`)),
  ];
}
