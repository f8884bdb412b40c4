import { type ArticleDraft, type ArticleFields, fillArticle } from '../../content/articles/schemas.js';
import type { ArticleService } from '../../content/articles/service.js';
import { Drafting } from '../../content/drafting.js';
import { contentOf, planSections } from '../../content/sections/plan.js';
import { listSections } from '../../content/sections/repository.js';
import { type Clock, instant } from '../../kernel/clock.js';
import type { Store } from '../../storage/store.js';
import { Resources } from '../resources.js';
import { examine, isFit, type Submission } from './examine.js';
import type { Finding } from './index.js';
import type { PreflightReport } from './schemas.js';

export type PreflightService = ReturnType<typeof preflightService>;

/** Tells beforehand what publishing a story would say. Writes nothing. */
export function preflightService(store: Store, clock: Clock, articles: ArticleService) {
  /** What the rules find in a working copy as it is now. @throws `not_found` */
  async function check(idOrSlug: string): Promise<PreflightReport> {
    const { summary, fields, sectionIds, embargo } = await articles.getRecord(idOrSlug);
    const { id: articleId, version } = summary;
    const sections = await listSections(store, articleId, sectionIds);
    const content = { fields, sections: sections.map(({ section }) => contentOf(section)) };
    const findings = await findingsOf({ articleId, content, embargo }, await Resources.load(store, content));
    // What was read while another saved is no version of the story.
    const { summary: now } = await articles.getRecord(articleId);
    return now.version === version ? { articleId, version, publishable: isFit(findings), findings } : check(articleId);
  }

  /** What the rules find in a story that is not posted yet. @param articleId of the article that it is already, if any */
  async function checkDraft(draft: ArticleDraft, articleId: string | undefined): Promise<Finding[]> {
    const drafting = new Drafting(draft.language);
    const sections = planSections(draft.sections ?? [], [], drafting).map((planned) => planned.content);
    // Without a slug it is given a free one when it is posted.
    const content = { fields: fillArticle({ ...draft, slug: draft.slug ?? '' }) as ArticleFields, sections };
    const resources = await Resources.load(store, content, drafting.inlineResources());
    return findingsOf({ articleId, content, embargo: null }, resources);
  }

  async function findingsOf(submission: Submission, resources: Resources): Promise<Finding[]> {
    return (await examine(store, submission, resources, instant(clock))).findings;
  }

  return { check, checkDraft };
}
