// Words as search knows them: what is written down of a text so that it can be found, what is asked for, and what is marked in an
// answer are told by the same few rules.

/** A word of a text, in UTF-16 code units, end exclusive, and as it is compared. */
export interface Word {
  folded: string;
  start: number;
  end: number;
  /** The line that it stands in; words of two lines never stand next to each other. */
  line: number;
}

/** Scripts that put no spaces between words, or write words on in one (Korean). Each of their characters is a word by itself. */
const unspaced = ['Hani', 'Hira', 'Kana', 'Hang', 'Thai', 'Laoo', 'Khmr', 'Mymr', 'Tibt']
  .map((script) => `\\p{scx=${script}}`)
  .join('');
const letters = '\\p{L}\\p{N}';
const wordOrCharacter = new RegExp(
  [
    // A Korean syllable whose letters are written one by one.
    '[\\u1100-\\u115F][\\u1160-\\u11A7][\\u11A8-\\u11FF]?',
    `[[${letters}]&&[${unspaced}]]\\p{M}*`,
    `[[${letters}]--[${unspaced}]][[${letters}\\p{M}]--[${unspaced}]]*`,
  ].join('|'),
  'gv',
);
const unspacedCharacter = new RegExp(`^[${unspaced}]`, 'v');

/** The words of a text, in order. */
export function wordsIn(text: string): Word[] {
  const words: Word[] = [];
  let offset = 0;
  for (const [line, content] of text.split('\n').entries()) {
    for (const { 0: found, index } of content.matchAll(wordOrCharacter)) {
      const start = offset + index;
      const folded = foldWord(found);
      if (folded !== '') words.push({ folded, start, end: start + found.length, line });
    }
    offset += content.length + 1;
  }
  return words;
}

/** A line of ASCII and the punctuation of prose, of which none is part of a word but letters and digits. */
const simpleLine = /^[\x20-\x7e\u00a0\u2010-\u201f\u2026]*$/;

/** The words of one line as they are compared, in order: those of `wordsIn`, sooner told where the line is a simple one. */
export function foldedWordsIn(line: string): string[] {
  if (simpleLine.test(line)) return line.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return wordsIn(line).map(({ folded }) => folded);
}

/** Whether a word is a character of a script without spaces, so that nothing can begin with it but itself. */
export function isUnspaced(word: string): boolean {
  return unspacedCharacter.test(word);
}

const plain = /^[a-z0-9]+$/;
/** Where marks are accents and vowels that many leave out. Elsewhere they tell letters apart, as in й and ў, or in Hindi. */
const accented = /([\p{sc=Latn}\p{sc=Grek}\p{sc=Arab}\p{sc=Hebr}])\p{M}+/gu;
/** Letters that are one with others to those who look for them, and that Unicode does not take apart. */
const alike: Record<string, string> = {
  ё: 'е',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ł: 'l',
  ı: 'i',
  þ: 'th',
  ς: 'σ',
};
const alikeLetters = new RegExp(`[${Object.keys(alike).join('')}]`, 'g');

/** A word without case, accents and forms of letters: `Łukaszenka`, `LUKASZENKA` and `lukaszenka` are one, as are `ёлка` and `елка`. */
export function foldWord(word: string): string {
  if (plain.test(word)) return word;
  return word
    .toLowerCase()
    .normalize('NFKD')
    .replace(accented, '$1')
    .normalize('NFC')
    .toLowerCase()
    .replace(alikeLetters, (letter) => alike[letter] ?? letter)
    .replace(/[^\p{L}\p{N}\p{M}]/gu, '');
}
