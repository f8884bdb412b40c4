// Pictures of Markdown, and the words below them.
import type { Emphasis, Paragraph, PhrasingContent, RootContent } from 'mdast';

export function isPicture(node: PhrasingContent | undefined): boolean {
  return node?.type === 'image' || node?.type === 'imageReference';
}

export function pictureAlone(node: RootContent): boolean {
  return node.type === 'paragraph' && node.children.length === 1 && isPicture(node.children[0]);
}

/** The emphasised words behind a picture, where a paragraph is these two and nothing else. */
export function captionWithin({ children: [picture, space, words, ...others] }: Paragraph): Emphasis | undefined {
  const isSpace = space?.type === 'break' || (space?.type === 'text' && space.value.trim() === '');
  return isPicture(picture) && isSpace && words?.type === 'emphasis' && others.length === 0 ? words : undefined;
}

type EmphasisAlone = Paragraph & { children: [Emphasis] };

export function isEmphasis(node: RootContent | undefined): node is EmphasisAlone {
  return node?.type === 'paragraph' && node.children.length === 1 && node.children[0]?.type === 'emphasis';
}
