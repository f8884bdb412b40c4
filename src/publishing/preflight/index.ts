// The rules that a story is held to before readers see it. A new rule is its file and a line here.
import type { Candidate, Found, PlacedUse, Rule, Severity } from './rule.js';
import { deck } from './rules/deck.js';
import { embargo } from './rules/embargo.js';
import { emptySection } from './rules/empty-section.js';
import { headingLevels } from './rules/heading-levels.js';
import { headline } from './rules/headline.js';
import { imageAlt } from './rules/image-alt.js';
import { imageCredit } from './rules/image-credit.js';
import { language } from './rules/language.js';
import { leadImage } from './rules/lead-image.js';
import { links } from './rules/links.js';
import { longHeadline } from './rules/long-headline.js';
import { quoteInText } from './rules/quote-in-text.js';
import { quoteSpeaker } from './rules/quote-speaker.js';
import { references } from './rules/references.js';
import { repeatedImage } from './rules/repeated-image.js';
import { slug } from './rules/slug.js';
import { tags } from './rules/tags.js';
import { transcript } from './rules/transcript.js';
import { videoDuration } from './rules/video-duration.js';
import { videoUrl } from './rules/video-url.js';

/** Errors come first: findings keep this order. */
export const rules: readonly Rule[] = [
  headline,
  slug,
  embargo,
  references,
  imageAlt,
  imageCredit,
  quoteSpeaker,
  videoUrl,
  videoDuration,
  links,
  emptySection,
  longHeadline,
  deck,
  leadImage,
  tags,
  language,
  headingLevels,
  repeatedImage,
  quoteInText,
  transcript,
];

/** Something that a rule found. */
export interface Finding extends Found {
  code: string;
  severity: Severity;
  help: string;
  /** The library resource at fault and the pointer into it; null when the fault is the story's own. */
  resource: { kind: PlacedUse['kind']; id: string; pointer: string } | null;
}

/** Everything that the rules find in a story. */
export function preflight(candidate: Candidate): Finding[] {
  return rules.flatMap((rule) => [
    ...(rule.ofStory?.(candidate) ?? []).map((found) => ({ ...found, ...sayingOf(rule), resource: null })),
    ...findingsAt(rule, candidate.uses),
  ]);
}

/** The errors that library resources have by themselves, at each of the places. */
export function errorsAt(uses: readonly PlacedUse[]): Finding[] {
  return rules.filter(({ severity }) => severity === 'error').flatMap((rule) => findingsAt(rule, uses));
}

function findingsAt(rule: Rule, uses: readonly PlacedUse[]): Finding[] {
  const { ofUse } = rule;
  if (!ofUse) return [];
  return uses.flatMap((use) =>
    ofUse(use).map(({ field, message }) => ({
      pointer: use.pointer,
      message,
      ...sayingOf(rule),
      resource: { kind: use.kind, id: use.id, pointer: field },
    })),
  );
}

function sayingOf({ code, severity, help }: Rule): Pick<Finding, 'code' | 'severity' | 'help'> {
  return { code, severity, help };
}
