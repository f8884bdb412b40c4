// How rows keep what every managed resource has.
import type { Actor } from '../kernel/actor.js';
import type { Managed } from '../kernel/managed.js';

export {
  By,
  type Managed,
  managedShape,
  nextStamp,
  Reason,
  readOnlyShape,
  readOnlyViolations,
  refuseIfAny,
  requireMatch,
} from '../kernel/managed.js';

interface ManagedColumns {
  id: string;
  version: number;
  createdAt: string;
  createdByKey: string | null;
  createdByActor: string | null;
  updatedAt: string;
  updatedByKey: string | null;
  updatedByActor: string | null;
}

export function managedOf(row: ManagedColumns): Managed {
  return {
    id: row.id,
    version: row.version,
    createdAt: row.createdAt,
    createdBy: { key: row.createdByKey, actor: row.createdByActor },
    updatedAt: row.updatedAt,
    updatedBy: { key: row.updatedByKey, actor: row.updatedByActor },
  };
}

export function updateStamp(actor: Actor, at: string) {
  return { updatedAt: at, updatedByKey: actor.key, updatedByActor: actor.person };
}

export function creationStamp(actor: Actor, at: string) {
  return {
    version: 1,
    createdAt: at,
    createdByKey: actor.key,
    createdByActor: actor.person,
    ...updateStamp(actor, at),
  };
}
