// Random stories of every block kind, as editors might post them.
import fc from 'fast-check';

/** Words as they come: any script, no control characters, not blank. */
function words(lengthMax: number) {
  return fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: lengthMax })
    .map((text) => text.replaceAll(/\p{Cc}|\p{Zl}|\p{Zp}/gu, '').toWellFormed())
    .map((text) => (text.trim() === '' ? 'x' : text));
}
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const share = fc.integer({ min: 0, max: 4 }).map((n) => n / 8);

const image = fc.record(
  {
    alt: words(30),
    creditLine: words(20),
    caption: maybe(words(30)),
    focalPoint: maybe(fc.record({ x: share, y: share })),
  },
  { noNullPrototype: true },
);
const quote = fc.record(
  {
    text: words(40),
    speaker: fc.record({ name: words(20), kind: fc.constantFrom('person', 'organization') }),
    saidAt: maybe(fc.constant('2022-12-19')),
  },
  { noNullPrototype: true },
);
const duration = fc.constantFrom('PT2M4S', 'PT1H');
const url = fc.constant('https://video.example/1');
const embedOf = (kinds: string[], times: Record<string, fc.Arbitrary<string | undefined>>) =>
  fc.record(
    { kind: fc.constantFrom(...kinds), provider: words(20), title: words(20), ...times },
    { noNullPrototype: true },
  );
const embed = fc.oneof(
  embedOf(['video'], { url, duration }),
  embedOf(['audio', 'social', 'interactive', 'document'], { url: maybe(url), duration: maybe(duration) }),
);

/** Spans over a text that lie within it and do not cross: each begins where the one before it ends, at whole characters. */
function spansOver(text: string): fc.Arbitrary<object[]> {
  const edges = [0, ...Array.from(text).map((_, i, all) => all.slice(0, i + 1).join('').length)];
  const mark = fc.oneof(
    fc.constantFrom({ type: 'strong' }, { type: 'emphasis' }, { type: 'code' }),
    fc.constant({ type: 'link', href: 'https://copydesk.example/' }),
    quote.map((inline) => ({ type: 'quote', quote: inline })),
  );
  return fc
    .tuple(fc.uniqueArray(fc.constantFrom(...edges), { maxLength: 4 }), fc.array(mark, { minLength: 3, maxLength: 3 }))
    .map(([some, marks]) => {
      const sorted = some.sort((a, b) => a - b);
      return sorted.slice(1).map((end, i) => ({ start: sorted[i], end, ...marks[i] }));
    });
}
const richText = words(40).chain((text) => fc.record({ text: fc.constant(text), spans: spansOver(text) }));

const placedImage = fc.record(
  {
    image,
    alt: maybe(words(20)),
    caption: maybe(words(20)),
    crop: maybe(fc.record({ x: share, y: share, width: fc.constant(0.5), height: fc.constant(0.25) })),
  },
  { noNullPrototype: true },
);
const listItems = fc.array(
  fc
    .tuple(richText, fc.array(fc.tuple(richText, fc.array(richText, { maxLength: 2 })), { maxLength: 2 }))
    .map(([item, inner]) => ({ ...item, items: inner.map(([middle, items]) => ({ ...middle, items })) })),
  { minLength: 1, maxLength: 3 },
);
const rows = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))
  .chain(([height, width]) =>
    fc.array(fc.array(richText, { minLength: width, maxLength: width }), { minLength: height, maxLength: height }),
  );

/** One block of each kind that is plain, by its type. */
export const plainBlocks: Record<string, fc.Arbitrary<object>> = {
  paragraph: richText,
  heading: fc.record({ level: fc.constantFrom(2, 3, 4), text: words(30) }),
  list: fc.record({ ordered: fc.boolean(), items: listItems }),
  image: placedImage,
  gallery: fc.record({ title: maybe(words(20)), images: fc.array(placedImage, { minLength: 1, maxLength: 3 }) }),
  quote: fc.record({ quote, display: fc.constantFrom('pull', 'block') }),
  embed: fc.record({ embed, label: maybe(words(10)) }),
  table: fc.record({ caption: maybe(words(20)), headerRow: fc.boolean(), headerColumn: fc.boolean(), rows }),
  divider: fc.constant({}),
};
const plainBlock = fc.oneof(
  ...Object.entries(plainBlocks).map(([type, block]) => block.map((fields) => ({ type, ...fields }))),
);
const aside = fc.record({
  type: fc.constant('aside'),
  title: maybe(words(20)),
  blocks: fc.array(plainBlock, { minLength: 1, maxLength: 3 }),
});
const block = fc.oneof({ weight: 9, arbitrary: plainBlock }, { weight: 1, arbitrary: aside });
/** Blocks with something to read among them. */
const blocks = fc
  .tuple(richText, fc.array(block, { maxLength: 5 }))
  .map(([text, others]) => [{ type: 'paragraph', ...text }, ...others]);

export interface StoryDraft {
  headline: string;
  sections: { heading: string | undefined; blocks: object[] }[];
}

/** A story that passes preflight. */
export const story: fc.Arbitrary<StoryDraft> = fc.record({
  headline: words(60),
  language: fc.constantFrom('en', 'be', 'ru', 'zh-Hant'),
  desk: fc.constantFrom('world', 'sport'),
  tags: fc.uniqueArray(fc.constantFrom('belarus', 'russia', 'gas'), { maxLength: 3 }),
  deck: maybe(words(60)),
  sections: fc.array(fc.record({ heading: maybe(words(30)), blocks }), { minLength: 1, maxLength: 4 }),
});
