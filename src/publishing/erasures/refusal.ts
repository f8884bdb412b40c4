import { type ErasableKind, findErased } from '../../content/erasures/repository.js';
import { DomainError } from '../../kernel/errors.js';
import type { Store } from '../../storage/store.js';

/**
 * Refuses what was erased already. To be asked once the thing is read: an erasure since then gives it another version.
 * @throws `conflict`
 */
export async function refuseErased(store: Store, kind: ErasableKind, id: string): Promise<void> {
  if ((await findErased(store, [{ kind, id }])).length === 0) return;
  throw new DomainError('conflict', `The ${kind} was erased already.`, {
    errors: [{ pointer: '/id', code: 'erased', message: 'was erased already; see the list of erasures' }],
  });
}
