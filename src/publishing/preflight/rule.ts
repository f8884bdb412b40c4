import type { ManagedBlock } from '../../blocks/index.js';
import type { ResourceFacts, ResourceKind } from '../../blocks/library.js';
import type { PlacedText } from '../../blocks/rich-text.js';
import type { ArticleContent } from '../../content/history.js';

export const severities = ['error', 'warning'] as const;
export type Severity = (typeof severities)[number];

interface UseOf<K extends ResourceKind> {
  kind: K;
  id: string;
  /** The place, in the story as the Management API sends it. */
  pointer: string;
  standsIn: 'lead' | 'body' | 'thumbnail';
  /** The alt text that stands in for the image's own at this place, if any. */
  altOverride: string | null;
  /** The resource; undefined when there is none such. */
  facts: ResourceFacts[K] | undefined;
}

/** A place of the story that points at a library resource. */
export type PlacedUse = { [K in ResourceKind]: UseOf<K> }[ResourceKind];

/** A block of the story, one that stands within another as well. */
export interface PlacedBlock {
  block: ManagedBlock;
  /** Index of its section. */
  section: number;
  /** Its words in the running text. */
  words: string;
  /** Whether it refers to a library resource. */
  hasResource: boolean;
}

/** What decides beside the story itself whether it may be published. */
export interface Circumstances {
  /** Those of the articles that it points at that are there. */
  articles: ReadonlySet<string>;
  /** The article that has its slug, when that is another. */
  slugOwner: string | undefined;
  embargo: { until: string; reason: string } | null;
  /** The instant at which it would be published. */
  at: string;
}

/** A story about to be published, as the rules see it. */
export interface Candidate extends Circumstances {
  content: ArticleContent;
  uses: readonly PlacedUse[];
  /** Its blocks in their order; what stands within a block comes behind it. */
  blocks: readonly PlacedBlock[];
  /** Every text with spans. */
  texts: readonly PlacedText[];
  /** What a reader of the running text reads: the words of the blocks, without the headings of sections and asides. */
  runningText: string;
}

/** Something wrong at a place of the story. */
export interface Found {
  /** Into the story as the Management API sends it. */
  pointer: string;
  message: string;
}

/** Something wrong with a library resource. */
export interface Fault {
  /** Pointer into the resource; '' for all of it. */
  field: string;
  message: string;
}

/** One thing that a story is looked at for. */
export interface Rule {
  /** Stable, machine-readable. */
  code: string;
  /** An error keeps the story from being published, a warning does not. */
  severity: Severity;
  /** What it finds, for the document. */
  meaning: string;
  /** How to mend what it finds. */
  help: string;
  /** What is wrong with the story itself. */
  ofStory?(candidate: Candidate): Found[];
  /** What is wrong with a resource at a place; a resource by itself is held to it as well. */
  ofUse?(use: PlacedUse): Fault[];
}
