// Looks for words in the very bytes of everything that a store keeps on disk.
import { existsSync, readFileSync } from 'node:fs';

/** The forms in which a text may be written down. */
function formsOf(word: string): Buffer[] {
  const escaped = [...word].map((char) => {
    const code = char.charCodeAt(0);
    return code < 0x80 && char !== '"' && char !== '\\' ? char : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  const texts = [
    ...new Set([word, word.toLowerCase(), word.toUpperCase(), encodeURIComponent(word), escaped.join('')]),
  ];
  return texts.flatMap((text) => [
    Buffer.from(text),
    Buffer.from(text, 'utf16le'),
    Buffer.from(text, 'utf16le').swap16(),
  ]);
}

/** The files of a database at a path. */
export function filesOf(path: string): string[] {
  return ['', '-wal', '-shm', '-journal'].map((suffix) => `${path}${suffix}`).filter((file) => existsSync(file));
}

/** Where the words stand in the files, in any form: one line each. */
export function tracesOf(words: readonly string[], files: readonly string[]): string[] {
  return files.flatMap((file) => {
    const bytes = readFileSync(file);
    return words.flatMap((word) => {
      const found = formsOf(word).find((form) => bytes.includes(form));
      return found === undefined ? [] : [`${word} in ${file}`];
    });
  });
}
