import type { Violation } from '../../kernel/errors.js';
import type { Statement, Store } from '../../storage/store.js';
import { findOriginal, guardNoTranslation, guardTranslationCount, listTranslations } from './repository.js';

/** How many translations an article may have: each is compiled anew when one of them changes its slug or headline. */
export const translationsMax = 200;

/**
 * What keeps an article from being made a translation of another. All translations of a story name the same original, so that
 * a group has one centre and no chains.
 * @returns what is wrong, and the statements that hold a commit to what was read
 */
export async function translationRules(
  store: Store,
  articleId: string,
  originalId: string,
): Promise<{ violations: Pick<Violation, 'code' | 'message'>[]; guards: Statement[] }> {
  const violations: Pick<Violation, 'code' | 'message'>[] = [];
  const further = await findOriginal(store, originalId);
  if (further) {
    const message = `article ${originalId} is a translation itself; name its original, article ${further}`;
    violations.push({ code: 'is_translation', message });
  }
  const own = await listTranslations(store, articleId, articleId);
  if (own.length > 0) {
    const message = `this article has translations itself, such as article ${own[0]}; it must stay their original`;
    violations.push({ code: 'has_translations', message });
  }
  const siblings = await listTranslations(store, originalId, articleId);
  if (siblings.length >= translationsMax) {
    violations.push({ code: 'too_many', message: `an article has at most ${translationsMax} translations` });
  }
  const guards = [
    guardNoTranslation(store, originalId),
    guardTranslationCount(store, articleId, articleId, 0),
    guardTranslationCount(store, originalId, articleId, siblings.length),
  ];
  return { violations, guards };
}
