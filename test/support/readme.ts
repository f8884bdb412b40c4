// README as its parts: what stands under which heading.
import { readFileSync } from 'node:fs';

export const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

export interface Snippet {
  /** The heading that it stands under, its language, and which one it is there: `Search sh 1`. */
  name: string;
  code: string;
}

/** Every heading, but what looks like one in a snippet, with the text until the next. */
export function sectionsOf(text: string): Map<string, string> {
  const sections = new Map<string, string>();
  let heading = '';
  let isCode = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) isCode = !isCode;
    if (!isCode && /^#{1,4} /.test(line)) heading = line.replace(/^#+ /, '');
    else sections.set(heading, `${sections.get(heading) ?? ''}${line}\n`);
  }
  return sections;
}

/** The snippets of these languages, in order. */
export function snippetsOf(text: string, languages: readonly string[]): Snippet[] {
  const counts = new Map<string, number>();
  return [...sectionsOf(text)].flatMap(([heading, section]) =>
    [...section.matchAll(/^```(\w+)\n(.*?)^```/gms)].flatMap(([, language = '', code = '']) => {
      if (!languages.includes(language)) return [];
      const kind = `${heading} ${language}`;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      return { name: `${kind} ${counts.get(kind)}`, code };
    }),
  );
}

/** The script that a section is, when its pieces are put in one file. */
export function scriptOf(heading: string): string {
  const pieces = snippetsOf(readme, ['js']).filter(({ name }) => name.startsWith(`${heading} js `));
  if (pieces.length === 0) throw new Error(`README has no script under "${heading}".`);
  return pieces.map(({ code }) => code).join('\n');
}
