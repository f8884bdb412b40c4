// Holds a story, or a change to what live stories show, to the rules.
import type { ResourceKind } from '../../blocks/library.js';
import { findArticleIds, findSlugOwner, guardArticles } from '../../content/articles/repository.js';
import type { ArticleContent } from '../../content/history.js';
import { DomainError, type Violation } from '../../kernel/errors.js';
import type { Statement, Store } from '../../storage/store.js';
import type { Resources } from '../resources.js';
import { candidateOf } from './candidate.js';
import { type Finding, preflight } from './index.js';
import type { Circumstances } from './rule.js';

/** A story as it would be published. */
export interface Submission extends Pick<Circumstances, 'embargo'> {
  /** Its article; none when it is not posted yet. */
  articleId: string | undefined;
  content: ArticleContent;
}

/** What the rules find in a story at an instant, and the guards that hold a commit to what they were told. */
export async function examine(
  store: Store,
  { articleId, content, embargo }: Submission,
  resources: Resources,
  at: string,
): Promise<{ findings: Finding[]; guards: Statement[] }> {
  const { slug, translationOf, related } = content.fields;
  const articles = await findArticleIds(store, [...related, ...(translationOf === null ? [] : [translationOf])]);
  const owner = await findSlugOwner(store, slug);
  const slugOwner = owner === articleId ? undefined : owner;
  const findings = preflight(candidateOf(content, resources, { articles, slugOwner, embargo, at }));
  return { findings, guards: guardArticles(store, articles) };
}

/** Whether there is no error among findings. */
export function isFit(findings: readonly Finding[]): boolean {
  return findings.every(({ severity }) => severity !== 'error');
}

export function warningsAmong(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ severity }) => severity === 'warning');
}

/** @throws `preflight_failed` with every error among findings */
export function requireFit(findings: readonly Finding[]): void {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  throw new DomainError('preflight_failed', 'The story is not fit to be published yet; see errors.', {
    errors: errors.map(({ code, pointer, message, help, resource }) => ({
      pointer,
      code,
      message,
      help,
      ...(resource && { resource }),
    })),
  });
}

/**
 * Those of a change's findings that were not there before it: by another rule, at another place or about another field. So a
 * story that was published when there were fewer rules can still be changed for the better.
 */
export function newAmong(findings: readonly Finding[], before: readonly Finding[]): Finding[] {
  const keyOf = ({ code, pointer, resource }: Finding) => [code, pointer, resource?.kind, resource?.pointer].join(' ');
  const known = new Set(before.map(keyOf));
  return findings.filter((finding) => !known.has(keyOf(finding)));
}

/**
 * Findings as what is wrong with a change to a resource: each once, pointing into the change.
 * @param slug of the live story that they are found in, if it is one
 */
export function violationsOfChange(
  findings: readonly Finding[],
  changed: { kind: ResourceKind; id: string },
  slug?: string,
): Violation[] {
  const violations = new Map<string, Violation>();
  for (const { code, message, help, resource } of findings) {
    const isOwn = resource?.kind === changed.kind && resource.id === changed.id;
    // What else can be at fault is the image that an embed is given as its thumbnail.
    const pointer = isOwn ? resource.pointer : '/thumbnailImageId';
    const told = slug === undefined ? message : `${message} (in live story ${slug})`;
    const violation = { pointer, code, message: told, help, ...(resource && !isOwn && { resource }) };
    violations.set(`${pointer} ${code} ${message}`, violation);
  }
  return [...violations.values()];
}
