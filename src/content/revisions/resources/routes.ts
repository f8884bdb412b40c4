import { z } from 'zod';
import type { ResourceKind } from '../../../blocks/library.js';
import { dataOf, pageOf, pageQuery, sendPage } from '../../../http/lists.js';
import { dryRun, managedOperation, sendChanged } from '../../../http/managed-operation.js';
import type { Api } from '../../../http/operation.js';
import { exampleIds } from '../../addresses.js';
import { type LibraryKind, libraryKinds } from '../../library/kinds.js';
import type { LibraryService } from '../../library/service.js';
import { reachShape } from '../../propagation.js';
import { ResourceDiff } from '../diff-schemas.js';
import { filterQuery, ResourceRevision, versionParam, versionQuery, warningsShape } from '../schemas.js';
import type { ResourceRevisionService } from './service.js';

const none = z.strictObject({});

/** What resources of one kind were, and what makes them so again. */
export function resourceRevisionRoutes<K extends ResourceKind>(
  api: Api,
  kind: K,
  resources: LibraryService<K>,
  revisions: ResourceRevisionService,
): void {
  const { noun, plural, Sent, Facts }: LibraryKind<K> = libraryKinds[kind];
  const named = noun.charAt(0).toUpperCase() + noun.slice(1);
  const chapter = { group: 'Management', chapter: 'Revisions' } as const;
  const path = `/v1/manage/${plural}/{id}`;
  const id = z.string().meta({ description: `Id of the ${noun}.`, example: exampleIds[kind] });
  const ofResource = z.object({ id });
  const ofVersion = z.object({ id, version: versionParam });
  const Revised = z
    .object({ ...ResourceRevision.shape, content: Facts })
    .meta({ id: `Revised${named}`, description: `A version of an ${noun}, with its facts as they were.` });

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path: `${path}/revisions`,
    operationId: `list${named}Revisions`,
    summary: `List the versions of one of the ${plural}`,
    description:
      'Every version, the last first: who made it, when, by what, and which fields. Those of a deleted one stay.',
    role: 'viewer',
    params: ofResource,
    query: z.strictObject({ ...pageQuery, ...filterQuery }),
    target: (params) => revisions.getLast(params.id),
    answers: { 200: { description: 'A page of versions.', schema: pageOf(ResourceRevision), headers: ['Link'] } },
    errors: ['not_found'],
    handle: async ({ params, query }, reply) =>
      sendPage(reply, `${path.replace('{id}', params.id)}/revisions`, query, await revisions.list(params.id, query)),
  });

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path: `${path}/revisions/{version}`,
    operationId: `get${named}Revision`,
    summary: `Get one of the ${plural} as it was at a version`,
    description: 'Its facts as they were.',
    role: 'viewer',
    params: ofVersion,
    query: none,
    target: ({ id: asked, version }) => revisions.get(asked, Number(version)),
    answers: { 200: { description: 'The version.', schema: dataOf(Revised) } },
    errors: ['not_found', 'gone'],
    handle: async ({ params: { id: asked, version } }) => ({ data: await revisions.get(asked, version) }),
  });

  managedOperation(api, {
    ...chapter,
    method: 'POST',
    path: `${path}/revisions/{version}/restore`,
    operationId: `restore${named}Revision`,
    summary: `Restore a version of one of the ${plural}`,
    description: `Makes the ${noun} what it was at that version, as a new version, with the rights and the reach of a PATCH: every live story that uses it shows it at once; when there are any, it needs a publisher’s key, and they must still pass preflight. Restoring what is there already writes nothing.`,
    role: 'editor',
    params: ofVersion,
    query: z.strictObject({ dryRun }),
    target: async ({ id: asked, version }, actor) => {
      await resources.authorizeChange(asked, actor);
      await revisions.get(asked, Number(version));
    },
    ifMatch: 'required',
    answers: {
      200: {
        description: `The ${noun}.`,
        schema: z.object({ data: Sent, ...warningsShape, ...reachShape }),
        headers: ['ETag'],
      },
    },
    errors: ['not_found', 'gone', 'unprocessable'],
    handle: async ({ params, query, ifMatch, actor }, reply) => {
      const { changed, warnings } = await resources.restore(params.id, params.version, ifMatch, query.dryRun, actor);
      return { ...sendChanged(reply, changed), warnings };
    },
  });

  managedOperation(api, {
    ...chapter,
    method: 'GET',
    path: `${path}/diff`,
    operationId: `diff${named}`,
    summary: `Compare two versions of one of the ${plural}`,
    description: 'What makes of one version the other, field by field, and in texts word by word.',
    role: 'viewer',
    params: ofResource,
    query: z.strictObject({
      from: versionQuery('The version to compare from; left out, the one before `to`.'),
      to: versionQuery('The version to compare to; left out, the present one.'),
    }),
    target: (params) => revisions.getLast(params.id),
    answers: { 200: { description: 'What differs.', schema: dataOf(ResourceDiff) } },
    errors: ['not_found', 'gone'],
    handle: async ({ params, query: { from, to } }) => ({ data: await revisions.diff(params.id, from, to) }),
  });
}
