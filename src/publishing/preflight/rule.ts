import type { Image, ResourceKind } from '../../blocks/library.js';
import type { ArticleContent } from '../../content/history.js';
import type { Violation } from '../../kernel/errors.js';

/** A place of the story that points at a library resource. */
export interface PlacedUse {
  kind: ResourceKind;
  id: string;
  pointer: string;
  /** The alt text that stands in for the image's own at this place, if any. */
  altOverride: string | null;
}

/** A story about to be published, as the rules see it. */
export interface Candidate {
  content: ArticleContent;
  uses: PlacedUse[];
  /** An image; undefined when there is none such. */
  image(id: string): Image | undefined;
  has(kind: ResourceKind, id: string): boolean;
}

/** Says what about a story forbids publishing it, each with a pointer into the story as the Management API sends it. */
export type Rule = (candidate: Candidate) => (Violation & { pointer: string })[];

/** A rule about the resources that a story uses, which a resource can be held to by itself. */
export type UseRule = (candidate: Omit<Candidate, 'content'>) => (Violation & { pointer: string })[];
