// What columns hold beside plain text and numbers, whichever engine keeps them.

export type ResourceKindColumn = 'article' | 'section' | 'image' | 'quote' | 'embed' | 'desk' | 'tag';

export interface FileColumn {
  mimeType: 'image/jpeg' | 'image/png' | 'image/webp' | 'image/avif' | 'image/gif';
  width: number;
  height: number;
  bytes: number;
  sha256: string;
  frames: number;
  placeholder: string;
  dominantColour: string;
}

export interface SpeakerColumn {
  name: string;
  kind: 'person' | 'organization';
  role: string | null;
  affiliation: string | null;
}

export type WebhookEventColumn =
  | 'article.published'
  | 'article.updated'
  | 'article.corrected'
  | 'article.withdrawn'
  | 'article.erased';
