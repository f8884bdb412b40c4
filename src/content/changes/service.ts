import { cursorScope, type Page, type PageRequest, readPage } from '../../kernel/cursors.js';
import { invalid } from '../../kernel/errors.js';
import type { Store } from '../../storage/store.js';
import { isByTime, listChanges } from './repository.js';
import type { Change, ChangeFilters } from './schemas.js';

export type ChangeLog = ReturnType<typeof changeLog>;

/** The log of every accepted write, for audit. */
export function changeLog(store: Store) {
  /** A page, the last change first. @throws `invalid` for a resource without its kind, or a cursor of another list */
  async function list({ limit, cursor, ...filters }: PageRequest & ChangeFilters): Promise<Page<Change>> {
    if (filters.resource !== undefined && filters.kind === undefined) {
      throw invalid([{ parameter: 'kind', code: 'required', message: 'is required with resource' }]);
    }
    return readPage(
      { limit, cursor },
      cursorScope('manage/changes', filters),
      isByTime(filters) ? ['text', 'integer'] : ['integer'],
      ({ at, sequence }) => (isByTime(filters) ? [at, sequence] : [sequence]),
      (rows, seek) => listChanges(store, filters, rows, seek),
    );
  }

  return { list };
}
