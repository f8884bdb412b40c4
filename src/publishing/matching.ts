import type { ArticleRecord } from '../content/articles/repository.js';
import type { ArticleService } from '../content/articles/service.js';
import { type ArticleContent, findArticleContentAt } from '../content/history.js';
import { requireMatch } from '../content/managed.js';
import { contentOf } from '../content/sections/plan.js';
import { listSections, type SectionRecord } from '../content/sections/repository.js';
import { changedPointers } from '../kernel/json.js';
import type { Store } from '../storage/store.js';

/** The working copy at the version that If-Match names. @throws `not_found`, `stale_version` */
export async function getMatching(
  store: Store,
  articles: ArticleService,
  idOrSlug: string,
  ifMatch: string | undefined,
): Promise<{ record: ArticleRecord; content: ArticleContent; sections: SectionRecord[] }> {
  const record = await articles.getRecord(idOrSlug);
  const sections = await listSections(store, record.summary.id, record.sectionIds);
  const content = { fields: record.fields, sections: sections.map(({ section }) => contentOf(section)) };
  await requireMatch(ifMatch, record.summary.version, async (version) => {
    const before = await findArticleContentAt(store, record.summary.id, version);
    return before
      ? changedPointers(
          { ...before.fields, sections: before.sections },
          { ...content.fields, sections: content.sections },
        )
      : [];
  });
  return { record, content, sections };
}
