// Looks for words in the very bytes of everything that a store keeps on disk.
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

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

/** Files that this process has open and that have no name any more: the caches of its stores. */
function cachesOf(path: string, pid: number | 'self'): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((name) => {
    const file = `${folder}/${name}`;
    try {
      return readlinkSync(file).startsWith(`${path}-cache-`) ? [file] : [];
    } catch {
      // Closed since it was listed: the listing's own.
      return [];
    }
  });
}

/** The files of a database at a path, and the caches that a process keeps of it. */
export function filesOf(path: string, pid: number | 'self' = 'self'): string[] {
  const named = ['', '-wal', '-shm', '-journal'].map((suffix) => `${path}${suffix}`).filter((file) => existsSync(file));
  return [...named, ...cachesOf(path, pid)];
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
