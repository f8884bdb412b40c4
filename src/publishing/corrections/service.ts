import type { ArticleRecord } from '../../content/articles/repository.js';
import type { ArticleService } from '../../content/articles/service.js';
import { insertCorrection, listCorrectionsFrom } from '../../content/corrections/repository.js';
import type { CorrectionDraft, ManagedCorrection } from '../../content/corrections/schemas.js';
import { changeStatements, revisionStatements } from '../../content/history.js';
import type { Actor } from '../../kernel/actor.js';
import { type Clock, instant } from '../../kernel/clock.js';
import { cursorScope, type Page, type PageRequest, readPage } from '../../kernel/cursors.js';
import { DomainError } from '../../kernel/errors.js';
import { newId } from '../../kernel/ids.js';
import { decideAndCommit } from '../../storage/decide.js';
import type { Statement, Store } from '../../storage/store.js';
import { linkTo } from '../links.js';
import { companionStatements, compileArticle, findPublished, type Published } from '../live-stories.js';
import { getMatching } from '../matching.js';
import type { PropagationService } from '../propagation/service.js';
import { markCorrected } from '../publications/repository.js';
import { findSnapshotHeads, replaceSnapshot } from '../repository.js';
import { Resources } from '../resources.js';
import type { IssuedCorrection } from './schemas.js';

export type CorrectionService = ReturnType<typeof correctionService>;

/** What readers of live stories are told of mistakes and of news. Nothing of it is ever taken back. */
export function correctionService(
  store: Store,
  clock: Clock,
  articles: ArticleService,
  propagation: PropagationService,
) {
  /**
   * Tells the readers of a live story. They see what they saw, with the note; changes that wait in the working copy go on
   * waiting. A retraction marks the story wherever readers meet it.
   * @throws `not_found`, `stale_version`, `conflict` when the story is not live
   */
  async function issue(
    idOrSlug: string,
    draft: CorrectionDraft,
    ifMatch: string | undefined,
    actor: Actor,
  ): Promise<IssuedCorrection> {
    const issued = await decideAndCommit(store, async () => {
      const { record } = await getMatching(store, articles, idOrSlug, ifMatch);
      const { id, version } = record.summary;
      const published = await findPublished(store, id, (await findSnapshotHeads(store, [id])).get(id));
      if (!published) throw new DomainError('conflict', 'The article is not live, so its readers cannot be told.');
      const correction = { id: newId(), ...draft, at: instant(clock) };
      const by = { key: actor.key, actor: actor.person };
      return {
        statements: await correctionStatements(record, published, correction, actor),
        result: { ...correction, by, articleId: id, articleVersion: version + 1 },
      };
    });
    propagation.wake();
    return issued;
  }

  async function correctionStatements(
    record: ArticleRecord,
    { head, content, times }: Published,
    correction: CorrectionDraft & { id: string; at: string },
    actor: Actor,
  ): Promise<Statement[]> {
    const { at } = correction;
    const { id, version } = record.summary;
    const next = version + 1;
    const resources = await Resources.load(store, content);
    const moved = { ...times, contentUpdatedAt: at };
    const compilation = await compileArticle(store, id, content, moved, resources, { correction });
    const original = content.fields.translationOf;
    const link = { articleId: id, link: linkTo(id, compilation.story), original, formerOriginal: original };
    const relinked =
      correction.kind === 'retraction'
        ? (await propagation.propagate('article', id, { link }, actor, at)).statements
        : [];
    return [
      ...compilation.guards,
      markCorrected(store, record, actor, at),
      insertCorrection(store, id, correction, actor),
      ...replaceSnapshot(store, id, head.etag, compilation.story, 'corrected', at),
      ...(await companionStatements(store, id, content, compilation, head, at)),
      ...revisionStatements(store, actor, at, [
        {
          kind: 'article',
          id,
          version: next,
          article: { id, version: next },
          action: 'correct',
          fields: ['/corrections'],
          content: null,
        },
      ]),
      ...changeStatements(store, actor, at, [
        { kind: 'article', id, version: next, action: 'correct', articleId: id, isPublic: true },
      ]),
      ...relinked,
    ];
  }

  /** A page of an article's corrections, the oldest first. @throws `not_found`, `invalid` for a cursor of another list */
  async function list(idOrSlug: string, request: PageRequest): Promise<Page<ManagedCorrection>> {
    const { id } = (await articles.getRecord(idOrSlug)).summary;
    return readPage(
      request,
      cursorScope('manage/corrections', { id }),
      ['text'],
      (correction) => [correction.id],
      (limit, seek) => listCorrectionsFrom(store, id, limit, seek),
    );
  }

  return { issue, list };
}
