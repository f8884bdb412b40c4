import type { Candidate, Found, Rule } from '../rule.js';

/** Everything the story points at is there: in the library, and among the articles. */
export const references: Rule = {
  code: 'dangling_reference',
  severity: 'error',
  meaning: 'The story points at an image, quote, embed or article that is not there, or is deleted.',
  help: 'Take the reference out, point it at another, or bring back what was deleted.',
  ofUse: ({ kind, id, facts }) =>
    facts ? [] : [{ field: '', message: `there is no ${kind} ${id}, or it is deleted` }],
  ofStory: ({ content: { fields }, articles }) => [
    ...(fields.translationOf === null ? [] : missing(articles, fields.translationOf, '/translationOf')),
    ...fields.related.flatMap((id, i) => missing(articles, id, `/related/${i}`)),
  ],
};

function missing(articles: Candidate['articles'], id: string, pointer: string): Found[] {
  return articles.has(id) ? [] : [{ pointer, message: `there is no article ${id}, or it is deleted` }];
}
