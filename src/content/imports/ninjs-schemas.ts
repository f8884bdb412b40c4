// What importing reads of IPTC ninjs 3.1, and of the older 1.x and 2.x where those say the same by other names. https://iptc.org/std/ninjs/
import { z } from 'zod';

const words = z.string();
const named = z.looseObject({ name: words.optional(), rel: words.optional(), literal: words.optional() });
const said = z.looseObject({ role: words.optional(), contentType: words.optional(), value: words });
const rendition = z.looseObject({ name: words.optional(), href: words.optional(), contentType: words.optional() });

const shared = {
  uri: words.optional().meta({ example: 'urn:uuid:01852a5c-9d00-7a11-8b22-000000000001' }),
  type: words.optional().meta({ example: 'text' }),
  language: words.optional().meta({ example: 'en' }),
  title: words.optional(),
  by: words.optional().meta({ example: 'Jane Doe, Reporter' }),
  located: words.optional().meta({ example: 'Minsk, Belarus' }),
  contentCreated: words.optional(),
  copyrightNotice: words.optional(),
  usageTerms: words.optional(),
  headlines: z.array(said).optional(),
  byline: words.optional().meta({ description: 'As ninjs 1.x has it.' }),
  headline: words.optional().meta({ description: 'As ninjs 1.x has it.' }),
  description_text: words.optional().meta({ description: 'As ninjs 1.x has it.' }),
  descriptions: z.array(said).optional(),
  bodies: z.array(said).optional(),
  people: z.array(named).optional(),
  organisations: z.array(named).optional(),
  description_caption: words.optional().meta({ description: 'As ninjs 1.x has it.' }),
  infoSources: z.array(z.looseObject({ name: words.optional(), role: words.optional() })).optional(),
  renditions: z.union([z.array(rendition), z.record(words, rendition)]).optional(),
};

const Association = z.looseObject({ name: words.optional(), rel: words.optional(), ...shared });
export type Association = z.output<typeof Association>;

export const NinjsItem = z
  .looseObject({
    ...shared,
    slugline: words.optional(),
    subjects: z.array(named).optional(),
    subject: z.array(named).optional().meta({ description: 'As ninjs 1.x has it.' }),
    edNote: words.optional(),
    places: z.array(named).optional(),
    altIds: z.array(z.looseObject({ role: words.optional(), value: words.optional() })).optional(),
    associations: z.union([z.array(Association), z.record(words, Association)]).optional(),
    body_html: words.optional().meta({ description: 'As ninjs 1.x has it.' }),
    body_xhtml: words.optional().meta({ description: 'As ninjs 1.x has it.' }),
    body_text: words.optional().meta({ description: 'As ninjs 1.x has it.' }),
  })
  .meta({
    id: 'NinjsItem',
    description: 'A text in IPTC ninjs 3.1, or an older version. What is not understood is told in `notCarried`.',
  });
export type NinjsItem = z.output<typeof NinjsItem>;
