// Stories from other systems and from what was delivered: each becomes a draft, in one commit.
import type { BlockDraft } from '../../blocks/index.js';
import type { Actor } from '../../kernel/actor.js';
import { DomainError, invalid, type Violation } from '../../kernel/errors.js';
import { violationsOf } from '../../kernel/violations.js';
import type { Store } from '../../storage/store.js';
import { ArticleDraft, type ManagedArticle } from '../articles/schemas.js';
import type { ArticleService } from '../articles/service.js';
import { requireCounts } from '../drafting.js';
import { type MatchedStory, matchResources } from './matching.js';
import type { NinjsItem } from './ninjs-schemas.js';
import type { ImportChoices, ImportedResource, NotCarried } from './schemas.js';
import type { Loss, Members, Place, Reading, ReadStory } from './story.js';

/** What was sent, by its format. */
export type StoryDocument = { markdown: string } | { ninjs: NinjsItem };

export interface ImportedStory {
  article: ManagedArticle;
  resources: ImportedResource[];
  notCarried: NotCarried[];
}

export type ImportService = ReturnType<typeof importService>;

/** How often it is tried while others take the ids and the slug away, or give them back. */
const triesMax = 3;
/** What may be right when the library and the slugs are looked at once more. */
const passing = new Set(['unknown_reference', 'id_taken', 'slug_taken']);

export function importService(store: Store, articles: ArticleService) {
  /**
   * Makes a draft of a document, with its resources: all of it or nothing. What the library has already, by its id, is used as it is.
   * @throws `too_large`, `unprocessable` (nests too deep, too many blocks, takes too long), `unavailable`, `invalid` naming the places in the document
   */
  async function importStory(sent: StoryDocument, choices: ImportChoices, actor: Actor): Promise<ImportedStory> {
    const { draft, reading } = await read(sent);
    requireFewEnough(draft, reading);
    const chosen = Object.fromEntries(Object.entries(choices).filter(([, value]) => value !== undefined));
    const whole = reading.sameAs(draft, { ...draft, ...chosen });
    for (let tries = 1; ; tries++) {
      const slugged = await withFreeSlug(whole, reading);
      const matched = await matchResources(store, slugged.draft, reading);
      const losses = [...reading.losses, ...slugged.losses, ...matched.losses];
      try {
        const draft = checked(matched, reading, choices);
        const told = { resources: matched.resources, notCarried: losses.map(notCarried) };
        const made = await articles.createTelling(draft, actor, told);
        return { article: made.article, ...made.told };
      } catch (error) {
        if (tries < triesMax && isPassing(error)) continue;
        throw placedIn(error, matched.draft, reading);
      }
    }
  }

  /** The draft without its slug, if another article has that. */
  async function withFreeSlug(draft: Members, reading: Reading): Promise<{ draft: Members; losses: Loss[] }> {
    const { slug, ...rest } = draft;
    if (typeof slug !== 'string') return { draft, losses: [] };
    try {
      await articles.requireFreeSlug(slug, '');
      return { draft, losses: [] };
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'conflict') throw error;
      const { place } = reading.placeOf(draft, []);
      const loss = {
        ...place,
        code: 'slug',
        message: `another article has the slug ${slug}, or had it; one is made from the headline`,
      };
      return { draft: reading.sameAs(draft, rest), losses: [loss] };
    }
  }

  return { importStory };
}

/** What reads documents is loaded by the first that comes: the books of Markdown and HTML have a hundred modules. */
async function read(sent: StoryDocument): Promise<ReadStory> {
  return 'markdown' in sent
    ? (await import('./markdown.js')).readMarkdown(sent.markdown)
    : (await import('./ninjs.js')).readNinjs(sent.ninjs);
}

/** Before each block is looked at. @throws `unprocessable` for more sections or blocks than a story may have */
function requireFewEnough(draft: Members, reading: Reading): void {
  const sections = (draft.sections ?? []) as readonly { blocks?: readonly BlockDraft[] }[];
  try {
    requireCounts(sections);
  } catch (error) {
    throw placedIn(error, draft, reading);
  }
}

/** @throws `invalid` with every place of the document that no story can have so */
function checked({ draft }: MatchedStory, reading: Reading, choices: ImportChoices): ArticleDraft {
  const parsed = ArticleDraft.safeParse(draft);
  if (parsed.success) return parsed.data;
  const violations = violationsOf(parsed.error).map((violation): Violation => {
    const [, name] = (violation.pointer ?? '').split('/');
    const isMissing =
      (name === 'language' || name === 'desk') && draft[name] === undefined && choices[name] === undefined;
    if (!isMissing) return inDocument(violation, draft, reading);
    return { parameter: name, code: 'required', message: 'is required: the document does not tell it' };
  });
  throw invalid(violations);
}

function isPassing(error: unknown): boolean {
  const violations = error instanceof DomainError ? (error.errors ?? []) : [];
  return violations.length > 0 && violations.every(({ code }) => passing.has(code));
}

/** An error about the draft, as one about the document. */
function placedIn(error: unknown, draft: Members, reading: Reading): unknown {
  if (!(error instanceof DomainError) || !error.errors || error.code === 'invalid') return error;
  const errors = error.errors.map((violation) => inDocument(violation, draft, reading));
  return new DomainError(error.code, error.message, { errors, cause: error });
}

function inDocument({ pointer = '', code, message }: Violation, draft: Members, reading: Reading): Violation {
  const path = pointer.split('/').slice(1);
  const { place, rest } = reading.placeOf(draft, path);
  return { ...placeOf(place), code, message: rest.length > 0 ? `${rest.join('/')}: ${message}` : message };
}

/** A place as a problem names it; what has none is the document itself. */
function placeOf({ pointer, line }: Place): Place {
  if (pointer === undefined && line === undefined) return { pointer: '' };
  return { ...(pointer !== undefined && { pointer }), ...(line !== undefined && { line }) };
}

function notCarried({ pointer, line, code, message }: Loss): NotCarried {
  return { pointer: pointer ?? null, line: line ?? null, code, message };
}
