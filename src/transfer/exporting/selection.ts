// Which things an export of some stories has: the stories, and whatever they refer to.
import { resourceKinds } from '../../blocks/library.js';
import type { Article, ArticleLink } from '../../blocks/story.js';
import { findArticle, findSlugOwner } from '../../content/articles/repository.js';
import { entityTag } from '../../kernel/entity-tag.js';
import { DomainError } from '../../kernel/errors.js';
import { isId } from '../../kernel/ids.js';
import type { Store } from '../../storage/store.js';
import type { Scope } from '../manifest.js';
import { findLines } from '../rows/repository.js';
import { type Line, lineText, type ThingKind, things } from '../things.js';
import { findIdsOf, listScopedIds } from './repository.js';

const idsPerRead = 25;
const ids = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** What was chosen. Of the rest of what is kept nothing goes along. */
export class Selection {
  readonly #keys = new Map<ThingKind, Set<string>>();
  /** Library resources that readers see in a chosen story. */
  readonly #shown = new Set<string>();
  readonly #translations = new Set<string>();
  /** Stories that chosen ones point at, and that are not chosen. */
  readonly left = new Set<string>();

  /** @throws `not_found` when the article that was named is not there */
  static async of(store: Store, scope: Scope): Promise<Selection> {
    const selection = new Selection();
    for (let some = await firstIds(store, scope); some.length > 0; ) {
      for (const id of some) selection.#add('article', id);
      const last = some.at(-1);
      some = scope.article !== undefined || !last ? [] : await listScopedIds(store, scope, last, idsPerRead);
    }
    const articles = [...selection.keys('article')];
    for (let from = 0; from < articles.length; from += idsPerRead) {
      const lines = await findLines(store, things.article, articles.slice(from, from + idsPerRead));
      for (const line of lines.values()) selection.#addTermsOf(line);
      await selection.#addResources(store, [...lines.values()]);
    }
    return selection;
  }

  keys(kind: ThingKind): ReadonlySet<string> {
    return this.#keys.get(kind) ?? new Set();
  }

  /** Those of a kind, as an export has them: originals before translations. */
  inOrder(kind: ThingKind): string[] {
    const keys = [...this.keys(kind)].sort();
    return [
      ...keys.filter((key) => !this.#translations.has(key)),
      ...keys.filter((key) => this.#translations.has(key)),
    ];
  }

  has(kind: string, key: string): boolean {
    return this.#keys.get(kind as ThingKind)?.has(key) === true;
  }

  /** The line without what readers see because of stories that are not chosen. */
  trim(kind: ThingKind, line: Line): Line {
    if (kind === 'article') return this.#withoutLinks(line);
    if (this.#shown.has(`${kind}/${line.row.id}`)) return line;
    return { ...line, parts: { ...line.parts, ...(line.parts.shown && { shown: [] }) } };
  }

  #add(kind: ThingKind, key: string): void {
    const keys = this.#keys.get(kind) ?? new Set();
    this.#keys.set(kind, keys.add(key));
  }

  /** The desk and the tags that it has, and had. */
  #addTermsOf({ row, parts }: Line): void {
    if (row.translationOf !== null) this.#translations.add(String(row.id));
    const contents = (parts.revisions ?? []).flatMap(({ kind, content }) => (kind === 'article' && content) || []);
    for (const { desk, tags } of [row, ...contents] as { desk?: string; tags?: string[] }[]) {
      if (desk !== undefined) this.#add('desk', desk);
      for (const tag of tags ?? []) this.#add('tag', tag);
    }
    for (const { scope, kind, resourceId } of (parts.uses ?? []) as Record<string, string>[]) {
      const isChosen = kind !== 'article' || this.has('article', String(resourceId));
      if (!isChosen) this.left.add(String(resourceId));
      if (scope === 'live') this.#shown.add(`${kind}/${resourceId}`);
    }
  }

  /** Every library resource that the lines name anywhere, in their history as well, and the pictures that those name. */
  async #addResources(store: Store, lines: readonly Line[]): Promise<void> {
    const named = [...new Set(lines.flatMap((line) => lineText(line).match(ids) ?? []))];
    for (const kind of resourceKinds) {
      const fresh = (await findIdsOf(store, kind, named)).filter((id) => !this.has(kind, id));
      for (const id of fresh) this.#add(kind, id);
      if (kind === 'embed' && fresh.length > 0)
        await this.#addResources(store, [...(await findLines(store, things.embed, fresh)).values()]);
    }
  }

  #withoutLinks(line: Line): Line {
    const snapshots = (line.parts.snapshots ?? []).map((snapshot) => {
      const story = (snapshot.body as { data: Article } | null)?.data;
      if (!story) return snapshot;
      const isChosen = ({ id }: ArticleLink) => this.has('article', id);
      const body = {
        data: {
          ...story,
          translationOf: story.translationOf && isChosen(story.translationOf) ? story.translationOf : null,
          translations: story.translations.filter(isChosen),
          related: story.related.filter(isChosen),
        },
      };
      const isSame = JSON.stringify(body) === JSON.stringify(snapshot.body);
      return isSame ? snapshot : { ...snapshot, body, etag: entityTag(JSON.stringify(body)) };
    });
    return { ...line, parts: { ...line.parts, snapshots } };
  }
}

async function firstIds(store: Store, scope: Scope): Promise<string[]> {
  if (scope.article === undefined) return listScopedIds(store, scope, '', idsPerRead);
  const { article } = scope;
  const id = isId(article) ? article : ((await findSlugOwner(store, article)) ?? article);
  const found = await findArticle(store, id);
  if (!found) throw new DomainError('not_found', `There is no article ${article}.`);
  return [found.summary.id];
}
