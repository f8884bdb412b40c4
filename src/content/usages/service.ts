import { cursorScope, type Page, type PageRequest, readPage } from '../../kernel/cursors.js';
import type { Violation } from '../../kernel/errors.js';
import { namedUsagesMax, type Usage, type UsageScope } from '../../kernel/usage.js';
import type { Store } from '../../storage/store.js';
import type { UsedKind } from '../where-used.js';
import { countUsages, listUsages } from './repository.js';

export type UsageService = ReturnType<typeof usageService>;

/** Tells where things are used: in working copies, in what readers see, in versions that wait to be published. */
export function usageService(store: Store) {
  /** A page of the places where a thing is used. @throws `invalid` for a cursor of another list */
  function list(
    kind: UsedKind,
    id: string,
    request: PageRequest & { scope?: UsageScope | undefined },
  ): Promise<Page<Usage>> {
    return readPage(
      request,
      cursorScope('manage/usages', { kind, id, scope: request.scope }),
      ['text', 'text', 'text', 'text'],
      (usage) => [usage.scope, usage.id, usage.kind, usage.sectionId ?? ''],
      (limit, seek) => listUsages(store, kind, id, request.scope, limit, seek),
    );
  }

  return { list };
}

/** What a refusal tells of the places that use a thing; undefined when nothing does. */
export async function findUses(
  store: Store,
  kind: UsedKind,
  id: string,
): Promise<{ violation: Violation; members: { usages: Usage[]; usageCount: number } } | undefined> {
  const usages = await listUsages(store, kind, id, undefined, namedUsagesMax, undefined);
  if (usages.length === 0) return undefined;
  const usageCount = usages.length < namedUsagesMax ? usages.length : await countUsages(store, kind, id);
  const message = `is used in ${usageCount === 1 ? 'one place' : `${usageCount} places`}; see usages`;
  return { violation: { code: 'in_use', message }, members: { usages, usageCount } };
}
