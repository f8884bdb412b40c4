// What the fuzzer reads of the OpenAPI document.
import type { Schema, Schemas } from './values.js';

export interface Parameter {
  in: 'path' | 'query' | 'header';
  name: string;
  required?: boolean;
  schema: Schema;
}

interface Media {
  schema: Schema;
  example?: unknown;
}

export interface Operation {
  operationId: string;
  method: string;
  path: string;
  parameters: Parameter[];
  media: Record<string, Media>;
  /** Whether a key is needed. */
  isManaged: boolean;
  statuses: string[];
}

interface Described {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, Media> };
  security: unknown[];
  responses: Record<string, unknown>;
}

export interface OpenApi {
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Schemas };
}

export function operationsOf({ paths }: OpenApi): Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters = [], requestBody, security, responses }]) => ({
      operationId,
      method: method.toUpperCase(),
      path,
      parameters,
      media: requestBody?.content ?? {},
      isManaged: security.length > 0,
      statuses: Object.keys(responses),
    })),
  );
}
