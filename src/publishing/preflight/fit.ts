import type { ArticleRecord } from '../../content/articles/repository.js';
import type { ArticleContent } from '../../content/history.js';
import type { Statement, Store } from '../../storage/store.js';
import { Resources } from '../resources.js';
import { examine, requireFit, warningsAmong } from './examine.js';
import type { Finding } from './index.js';

/** A content of a story that may be published. */
export interface Fit {
  resources: Resources;
  /** What should be looked at all the same. */
  warnings: Finding[];
  /** Holds a commit to what the rules were told. */
  guards: Statement[];
}

/**
 * Reads what a content of an article uses, and holds it to the rules.
 * @param at when it would be published
 * @throws `preflight_failed` with every failing place
 */
export async function loadFit(store: Store, record: ArticleRecord, content: ArticleContent, at: string): Promise<Fit> {
  const resources = await Resources.load(store, content);
  const submission = { articleId: record.summary.id, content, embargo: record.embargo };
  const { findings, guards } = await examine(store, submission, resources, at);
  requireFit(findings);
  return { resources, warnings: warningsAmong(findings), guards };
}
