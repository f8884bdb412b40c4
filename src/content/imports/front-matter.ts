// What other systems put before their Markdown: lines of `name: value` between two of dashes.
import { excerpt, type Members, type Reading } from './story.js';

/** Fields of a story by the names that they have there. */
const names: Record<string, string> = {
  title: 'headline',
  headline: 'headline',
  description: 'deck',
  subtitle: 'deck',
  deck: 'deck',
  summary: 'summary',
  excerpt: 'summary',
  kicker: 'kicker',
  lang: 'language',
  language: 'language',
  slug: 'slug',
  desk: 'desk',
};

export interface FrontMatter {
  fields: Members;
  /** The text behind it, with every line where it was. */
  body: string;
}

/** Takes off the front matter. Lines that say something else are noted. */
export function withoutFrontMatter(text: string, reading: Reading): FrontMatter {
  const [whole, inner] = /^---[ \t]*\n((?:[^\n]*\n)*?)---[ \t]*(?:\n|$)/.exec(text) ?? [];
  if (whole === undefined || inner === undefined) return { fields: {}, body: text };
  const fields: Members = {};
  inner.split('\n').forEach((line, i) => {
    if (line.trim() === '' || line.startsWith('#')) return;
    const colon = line.indexOf(':');
    const [name, value] = [line.slice(0, Math.max(0, colon)), line.slice(colon + 1).trim()];
    const field = names[name.toLowerCase()];
    const said = unquoted(value);
    if (field !== undefined && said !== '') {
      fields[field] = said;
      reading.took(field, { line: i + 2 });
    }
    if (field === undefined || said === '')
      reading.lose({ line: i + 2 }, 'front_matter', `${excerpt(line)} has no place in a story`);
  });
  return { fields, body: whole.replaceAll(/[^\n]/g, '') + text.slice(whole.length) };
}

/** A value as YAML writes one on a line; '' for one that is more than words. */
function unquoted(value: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(value);
  if (quoted)
    return quoted[1] === '"'
      ? (quoted[2] ?? '').replaceAll(/\\(["\\])/g, '$1')
      : (quoted[2] ?? '').replaceAll("''", "'");
  return /^[[{|>&*!]/.test(value) ? '' : value;
}
