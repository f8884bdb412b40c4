import { z } from 'zod';
import { answered } from '../../http/abandoned.js';
import { sendRepresentation } from '../../http/conditional.js';
import { revalidatedHeaders } from '../../http/headers.js';
import { pageQuery } from '../../http/lists.js';
import type { Api } from '../../http/operation.js';
import { publicOperation } from '../../http/public-operation.js';
import { SyncPage } from './schemas.js';
import { type SyncService, syncPath } from './service.js';

const token = z.string().max(200).optional().meta({
  description: 'page.next of the page before, or of the last synchronisation. Leave it out to begin.',
});

/** For static-site builders, apps and search engines that keep a copy of everything. */
export function syncRoutes(api: Api, sync: SyncService): void {
  publicOperation(api, {
    group: 'Delivery',
    chapter: 'Sync',
    isConditional: true,
    path: syncPath,
    operationId: 'sync',
    summary: 'Mirror what is live',
    description: `Without a token: every live story, whole, page by page. With the token of the last page: only what has changed or gone since.

Apply the items in their order, by id: \`live\` replaces what you have, \`withdrawn\` and \`erased\` take it out. Doing so twice does no harm. Ask again at once while \`page.hasMore\`; keep \`page.next\` of the last page for next time. A story that is published, changed or withdrawn while you are on your way is told on a later page, so the last page leaves you with all there is. A story that has changed several times since is told once, as it is now. A page ends early at about 4 MB.

A token is good for as long as its place is in the log, which is 30 days, and for longer while nothing has been published. After that, and for a token of another database, the answer is 410: begin anew without one, and drop what the new beginning does not have.`,
    query: z.strictObject({ limit: pageQuery.limit, token }),
    answers: {
      200: { description: 'A page of stories.', schema: SyncPage, headers: ['ETag', 'Cache-Control', 'Link'] },
    },
    errors: ['resync_required'],
    handle: ({ query: { limit, token: sent } }, request, reply) =>
      answered(request, reply, async () => {
        const { etag, body, hasMore, next } = await sync.read(sent, limit, request.signal);
        const parameters = new URLSearchParams({ limit: String(limit), token: next });
        const links = hasMore ? `<${syncPath}?${parameters}>; rel="next"` : undefined;
        return sendRepresentation(request, reply, { etag, body, links, headers: revalidatedHeaders });
      }),
  });
}
