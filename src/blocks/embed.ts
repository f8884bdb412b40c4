import { h } from 'hastscript';
import type { PhrasingContent } from 'mdast';
import { z } from 'zod';
import { clockTime } from '../kernel/durations.js';
import { Id, line } from '../kernel/scalars.js';
import { blockId, defineBlock, draftBlockId } from './block.js';
import { Embed } from './library.js';
import { mark } from './marks.js';
import { htmlOfPicture } from './placed-image.js';
import { embedReference, exactlyOne } from './reference-fields.js';

const label = line(60).meta({ description: 'What stands before the title.', example: 'WATCH' });

export const embed = defineBlock({
  type: 'embed',
  draft: z
    .strictObject({ ...draftBlockId, type: z.literal('embed'), ...embedReference, label: label.nullish() })
    .superRefine(exactlyOne('embed'))
    .meta({ id: 'EmbedBlockDraft' }),
  managed: z
    .object({ ...blockId, type: z.literal('embed'), embedId: Id, label: label.nullable() })
    .meta({ id: 'ManagedEmbedBlock' }),
  delivered: z
    .object({ ...blockId, type: z.literal('embed'), label: label.nullable(), embed: Embed })
    .meta({ id: 'EmbedBlock' }),

  store: ({ embedId, embed: inline, ...block }, keep) => ({
    embedId: inline ? keep('embed', inline, ['embed']) : (embedId ?? ''),
    label: block.label ?? null,
  }),
  references: ({ embedId }) => [{ kind: 'embed', id: embedId, path: ['embedId'] }],
  deliver: (block, library) => ({ label: block.label, embed: library.embed(block.embedId) }),
  readingText: () => '',
  shown: (block) => [{ kind: 'embed', embed: block.embed }],
  html: ({ label: words, embed: { id, kind, title, url, duration, description, provider, thumbnail } }) => [
    h('figure', { className: ['embed', kind], dataEmbedId: id }, [
      thumbnail && htmlOfPicture(thumbnail, thumbnail.renditions, thumbnail.alt),
      h('p', { className: ['title'] }, [
        words === null ? null : h('strong', { className: ['label'] }, words),
        words === null ? null : ' ',
        url === null ? title : h('a', { href: url }, title),
        duration === null ? null : [' ', h('time', { dateTime: duration }, clockTime(duration))],
      ]),
      h('figcaption', [
        description === null ? null : h('span', { className: ['caption'] }, description),
        h('small', { className: ['credit'] }, provider),
      ]),
    ]),
  ],
  markdown: (block) => {
    const { label: words, embed: media } = block;
    const title: PhrasingContent = { type: 'text', value: media.title };
    const children: PhrasingContent[] = [
      ...(words === null
        ? []
        : [
            { type: 'strong' as const, children: [{ type: 'text' as const, value: words }] },
            { type: 'text' as const, value: ' ' },
          ]),
      media.url === null ? title : { type: 'link', url: media.url, children: [title] },
      ...(media.duration === null ? [] : [{ type: 'text' as const, value: ` (${clockTime(media.duration)})` }]),
    ];
    const { title: _title, url: _url, thumbnail, ...facts } = media;
    return [mark('embed', { ...facts, thumbnailImageId: thumbnail?.id ?? null }), { type: 'paragraph', children }];
  },
  plainText: ({ label: words, embed: { title, duration, url } }) =>
    [words === null ? null : `${words}:`, title, duration === null ? null : `(${clockTime(duration)})`, url]
      .filter((part) => part !== null)
      .join(' '),
});
