// What readers are told of mistakes and of news, in formats that are read by people: retractions before the text, all else behind it.
import type { ElementContent } from 'hast';
import { h } from 'hastscript';
import type { Blockquote, Html } from 'mdast';
import { mark } from '../../blocks/marks.js';
import type { Article, Correction } from '../../blocks/story.js';
import { ours, readableTime } from './format.js';

export const kindNames = {
  correction: 'Correction',
  clarification: 'Clarification',
  update: 'Update',
  retraction: 'Retraction',
} as const;

export interface Notes<Written> {
  before: Written[];
  after: Written[];
}

/** The notes of a story, each written by `write`. */
function written<Written>(
  { corrections, language }: Article,
  write: (note: Correction, language: string) => Written,
): Notes<Written> {
  const isFirst = ({ kind }: Correction) => kind === 'retraction';
  const all = (notes: Correction[]) => notes.map((note) => write(note, language));
  return { before: all(corrections.filter(isFirst)), after: all(corrections.filter((note) => !isFirst(note))) };
}

export function htmlNotes(story: Article): Notes<ElementContent> {
  return written(story, ({ kind, text, at }, language) => {
    const time = h('time', { dateTime: at }, readableTime(at, language));
    const label = h('p', { className: ['label'] }, [ours(language, kindNames[kind]), ' · ', time]);
    return h('aside', { className: ['note'] }, [label, ...text.split('\n').map((line) => h('p', line))]);
  });
}

export function markdownNotes(story: Article): Notes<Html | Blockquote> {
  const paragraph = (value: string) => ({ type: 'paragraph' as const, children: [{ type: 'text' as const, value }] });
  const { before, after } = written(story, ({ kind, text, at }, language): (Html | Blockquote)[] => [
    mark('note', { kind, at }),
    {
      type: 'blockquote',
      children: [`${kindNames[kind]} · ${readableTime(at, language)}`, ...text.split('\n')].map(paragraph),
    },
  ]);
  return { before: before.flat(), after: after.flat() };
}

export function textNotes(story: Article): Notes<string> {
  return written(
    story,
    ({ kind, text, at }, language) => `${kindNames[kind]} · ${readableTime(at, language)}\n${text}`,
  );
}
