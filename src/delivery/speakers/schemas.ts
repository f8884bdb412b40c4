import { z } from 'zod';
import { Quote, speakerShape } from '../../blocks/library.js';
import { ArticleLink } from '../../blocks/story.js';

/** A speaker as readers list them. */
export const PublishedSpeaker = z
  .object({
    name: speakerShape.name.meta({ description: 'To filter by and to show: as in the latest quote.' }),
    kind: speakerShape.kind,
    role: speakerShape.role.nullable(),
    affiliation: speakerShape.affiliation.nullable(),
    quoteCount: z.int().min(1).meta({ description: 'How many quotes of theirs live stories show.', example: 3 }),
    storyCount: z.int().min(1).meta({ description: 'How many live stories quote them.', example: 2 }),
    latest: z
      .object({ quote: Quote, story: ArticleLink })
      .meta({ description: 'The last published story that quotes them, and what they say in it.' }),
  })
  .meta({ id: 'PublishedSpeaker', description: 'Somebody whom live stories quote.' });
export type PublishedSpeaker = z.output<typeof PublishedSpeaker>;

export const defaultSort = 'name';
export const sort = z.enum(['name', '-name', 'storyCount', '-storyCount']).default(defaultSort).meta({
  description: 'By name or by the number of stories; after `-` the other way round. The name decides between equals.',
  example: defaultSort,
});
export type SpeakerSort = z.output<typeof sort>;
