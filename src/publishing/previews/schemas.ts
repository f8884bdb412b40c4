import { z } from 'zod';
import { Article } from '../../blocks/story.js';
import { By } from '../../content/managed.js';
import { Duration, Id, Instant } from '../../kernel/scalars.js';

export const hoursMax = 30 * 24;

const version = z.int().min(1).meta({ description: 'A version of the article.', example: 2 });

export const PreviewLinkDraft = z
  .strictObject({
    expiresIn: Duration.nullish().meta({
      description: 'How long it works, in days, hours, minutes or seconds: 24 hours when not given, 30 days at most.',
      example: 'P2D',
    }),
    expiresAt: Instant.nullish().meta({ description: 'Until when it works, in place of expiresIn.' }),
    version: version.nullish().meta({
      description: 'The version of the article to show; the working copy as it is at each look when not given.',
    }),
  })
  .meta({ id: 'PreviewLinkDraft' });
export type PreviewLinkDraft = z.output<typeof PreviewLinkDraft>;

export const PreviewLink = z
  .object({
    id: Id,
    articleId: Id,
    version: version.nullable().meta({ description: 'The version that it shows; null for the working copy.' }),
    state: z
      .enum(['open', 'expired', 'revoked'])
      .meta({ description: 'Only an open link shows anything.', example: 'open' }),
    createdAt: Instant,
    createdBy: By,
    expiresAt: Instant,
    revokedAt: Instant.nullable(),
  })
  .meta({ id: 'PreviewLink', description: 'A link that shows an unpublished article to whoever has it.' });
export type PreviewLink = z.output<typeof PreviewLink>;

const token = 'cGFzdGUteW91ci1vd24tdG9rZW4taGVyZS1wbGVhc2U';

export const NewPreviewLink = z
  .object({
    ...PreviewLink.shape,
    token: z.string().meta({ description: 'The secret of the link.', example: token }),
    url: z
      .string()
      .meta({ description: 'Where this server shows it.', example: `https://api.news.example/v1/preview/${token}` }),
    frontEndUrl: z
      .string()
      .nullable()
      .meta({
        description: 'Where the front end shows it; null unless PREVIEW_URL is set.',
        example: `https://news.example/preview/${token}`,
      }),
  })
  .meta({ id: 'NewPreviewLink', description: 'A new link, with its token. That is told only now.' });
export type NewPreviewLink = z.output<typeof NewPreviewLink>;

export const Preview = z
  .object({
    data: Article,
    preview: z.object({
      version: version.meta({ description: 'The version of the article that is shown.' }),
      expiresAt: Instant,
      missing: z.array(z.string()).meta({
        description: 'Pointers into the working copy to references that lead nowhere; what stands there is left out.',
        example: ['/sections/2/blocks/0/imageId'],
      }),
    }),
  })
  .meta({
    id: 'Preview',
    description:
      'The article as readers would get it, were it published at this moment. What it still lacks is empty: its headline may be "".',
  });
export type Preview = z.output<typeof Preview>;
