import type { Rule } from '../rule.js';
import { knownLanguages, languagesOf } from './function-words.js';

/** Fewer letters, or words, do not tell. */
const lettersMin = 100;
const wordsMin = 100;
/** More of it does not tell better. */
const charactersMax = 4000;
const wordsMax = 400;
/** Of a text in a script: the letters that belong to it, at least. */
const ownLettersMin = 0.3;
/** Of a text in a language: the words that are its function words, at least. */
const functionWordsMin = 0.12;
/** How much of another language's share the text's own may have and still be taken for wrong. */
const ownShareMax = 0.5;

/** Languages whose tag alone does not tell the script; '' is the undetermined. */
const severalScripts: ReadonlySet<string> = new Set(
  'az bs ha kk ks ku ky mn ms pa sd sr tg tk tt ug uz mul zxx'.split(' ').concat(''),
);
/** Scripts of BCP 47 that are made of several of Unicode's, or named otherwise there. */
const unicodeScripts: Record<string, string[]> = {
  Hans: ['Hani', 'Bopo'],
  Hant: ['Hani', 'Bopo'],
  Jpan: ['Hani', 'Hira', 'Kana'],
  Kore: ['Hang', 'Hani'],
};

const languageNames = new Intl.DisplayNames('en', { type: 'language' });
const scriptNames = new Intl.DisplayNames('en', { type: 'script' });

/** Warns only when the text is long, and clearly in another script or in another of the languages whose words are known. */
export const language: Rule = {
  code: 'language_mismatch',
  severity: 'warning',
  meaning: 'The text is not in the language that the story says it is in.',
  help: 'Set language to that of the text; leave it when the text only quotes much of another.',
  ofStory: ({ content: { fields }, runningText }) => {
    const locale = new Intl.Locale(fields.language);
    const beginning = runningText.slice(0, charactersMax);
    const message = otherScript(locale, beginning) ?? otherLanguage(locale, beginning);
    return message === undefined ? [] : [{ pointer: '/language', message }];
  },
};

/** Says so when the text is not in the script that the language is written in. */
function otherScript(locale: Intl.Locale, text: string): string | undefined {
  if (locale.script === undefined && severalScripts.has(locale.language)) return undefined;
  const expected = locale.maximize().script;
  const own = expected === undefined ? undefined : lettersOf(expected);
  if (expected === undefined || own === undefined) return undefined;
  // Those of ASCII are counted apart, since Unicode's properties take long to look at.
  const ascii = text.length - text.replace(/[A-Za-z]+/g, '').length;
  const others = text.replace(/\p{ASCII}+/gu, '');
  const letters = ascii + countOf(/\p{L}/gu, others);
  const owned = (expected === 'Latn' ? ascii : 0) + countOf(own, others);
  if (letters < lettersMin || owned >= letters * ownLettersMin) return undefined;
  return `is ${nameOf(locale.baseName)}, but hardly any of the text is in ${scriptNames.of(expected) ?? expected} letters`;
}

/** Matches the letters of a script; undefined for a script that Unicode has no property for. */
function lettersOf(script: string): RegExp | undefined {
  const names = unicodeScripts[script] ?? [script];
  try {
    return new RegExp(`[${names.map((name) => `\\p{Script=${name}}`).join('')}]`, 'gu');
  } catch {
    return undefined;
  }
}

function countOf(pattern: RegExp, text: string): number {
  return text.match(pattern)?.length ?? 0;
}

/** Says so when the text has far more of the small words of another language than of its own. */
function otherLanguage({ language: primary, baseName }: Intl.Locale, text: string): string | undefined {
  if (!knownLanguages.has(primary)) return undefined;
  const words = wordsOf(text);
  if (words.length < wordsMin) return undefined;
  const counts = new Map<string, number>();
  for (const word of words) {
    for (const name of languagesOf.get(word) ?? []) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const own = counts.get(primary) ?? 0;
  let [best, most] = [primary, own];
  for (const [name, count] of counts) if (count > most) [best, most] = [name, count];
  if (most < words.length * functionWordsMin || own > most * ownShareMax) return undefined;
  return `is ${nameOf(baseName)}, but the text reads like ${nameOf(best)}`;
}

/** The first words of a text, of letters alone. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const run of text.toLowerCase().match(/[a-z\x80-\uffff]+/g) ?? []) {
    if (words.length >= wordsMax) break;
    if (/^[a-z]+$/.test(run)) words.push(run);
    else words.push(...(run.match(/[\p{L}\p{M}]+/gu) ?? []));
  }
  return words.slice(0, wordsMax);
}

function nameOf(tag: string): string {
  const name = languageNames.of(tag);
  return name === undefined || name === tag ? tag : `${name} (${tag})`;
}
