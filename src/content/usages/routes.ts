import { z } from 'zod';
import { pageOf, pageQuery, sendPage } from '../../http/lists.js';
import { managedOperation } from '../../http/managed-operation.js';
import type { Api } from '../../http/operation.js';
import { Usage, UsageScope } from '../../kernel/usage.js';
import { type AddressedKind, addressedKinds, addressOf } from '../addresses.js';
import type { UsageService } from './service.js';

/** Gives the id of what stands at an address. @throws `not_found` */
export type Locate = (kind: AddressedKind, idOrSlug: string) => Promise<string>;

const users: Record<AddressedKind, string> = {
  article: 'Articles that name it as related, or as what they translate',
  image: 'Articles, and embeds whose thumbnail it is',
  quote: 'Articles',
  embed: 'Articles',
};

/** For each kind of thing, where it is used. */
export function usageRoutes(api: Api, usages: UsageService, locate: Locate): void {
  for (const kind of addressedKinds) {
    const { noun, named, path, chapter, params } = addressOf(kind);
    managedOperation(api, {
      ...chapter,
      method: 'GET',
      path: `${path}/usages`,
      operationId: `list${named}Usages`,
      summary: `List where the ${noun} is used`,
      description: `${users[kind]}: in working copies, in what readers see, in versions that wait to be published. While there are any, the ${noun} cannot be deleted.`,
      role: 'viewer',
      params,
      query: z.strictObject({ scope: UsageScope.optional(), ...pageQuery }),
      target: ({ id }) => locate(kind, id),
      answers: { 200: { description: 'A page of usages.', schema: pageOf(Usage), headers: ['Link'] } },
      errors: ['not_found'],
      handle: async ({ params: { id }, query }, reply) => {
        const page = await usages.list(kind, await locate(kind, id), query);
        return sendPage(reply, `${path.replace('{id}', id)}/usages`, query, page);
      },
    });
  }
}
