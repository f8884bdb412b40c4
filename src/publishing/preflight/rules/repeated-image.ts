import type { Rule } from '../rule.js';

/** A lead image may well be one of the story's own, and a thumbnail is another's; only pictures in the body repeat each other. */
export const repeatedImage: Rule = {
  code: 'repeated_image',
  severity: 'warning',
  meaning: 'The same image stands in the story twice.',
  help: 'Show another image here, or take this one out.',
  ofStory: ({ uses }) => {
    const first = new Map<string, string>();
    return uses
      .filter(({ kind, standsIn }) => kind === 'image' && standsIn === 'body')
      .flatMap(({ id, pointer }) => {
        const seen = first.get(id);
        if (seen === undefined) first.set(id, pointer);
        return seen === undefined ? [] : [{ pointer, message: `image ${id} stands at ${seen} already` }];
      });
  },
};
