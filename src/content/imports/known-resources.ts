import type { Members } from './story.js';

/** What a document tells of resources beside its text, by their ids there. */
export interface KnownResources {
  image(id: string): Members | undefined;
  quote(id: string): Members | undefined;
  embed(id: string): Members | undefined;
}
