// Holds every answer to the OpenAPI document: its status, its media type, its headers, its body to the last field.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { FastifyInstance } from 'fastify';
import type { Response } from 'supertest';

interface ResponseObject {
  $ref?: string;
  headers?: Record<string, unknown>;
  content?: Record<string, { schema: object }>;
}
type OperationObject = { operationId: string; responses: Record<string, ResponseObject> };
interface DocumentObject {
  paths: Record<string, Record<string, OperationObject>>;
  components: { responses: Record<string, ResponseObject>; schemas: Record<string, object> };
}

/**
 * The schemas as they hold where fields were left out: nothing is required, and a union cannot tell its options apart by what is
 * not there.
 */
function trimmedSchemas(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(trimmedSchemas);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([name, value]) => !(name === 'required' && Array.isArray(value)))
      .map(([name, value]) => [name === 'oneOf' && Array.isArray(value) ? 'anyOf' : name, trimmedSchemas(value)]),
  );
}

/** Headers that are sent where there is something to say in them. */
const sometimes = new Set([
  ...['Link', 'Content-Location', 'Content-Encoding', 'Idempotency-Replayed', 'RateLimit', 'RateLimit-Policy'],
]);

class Document {
  readonly #document: DocumentObject;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #templates: { template: string; pattern: RegExp }[];
  readonly #validators = new Map<string, ValidateFunction>();
  /** How often each operation has done what it is for. */
  readonly done = new Map<string, number>();

  constructor(app: FastifyInstance) {
    this.#document = app.swagger() as unknown as DocumentObject;
    formats.default(this.#ajv);
    this.#ajv.addSchema(this.#document as object, 'openapi');
    const { components } = this.#document;
    const trimmed = { ...components, schemas: trimmedSchemas(components.schemas) };
    this.#ajv.addSchema({ ...this.#document, components: trimmed }, 'trimmed');
    this.#templates = Object.keys(this.#document.paths)
      .sort((a, b) => a.split('{').length - b.split('{').length)
      .map((template) => ({ template, pattern: new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`) }));
  }

  check(method: string, path: string, response: Response): string[] {
    const [bare = '', query] = path.split('?');
    const template = this.#templates.find(({ pattern }) => pattern.test(bare))?.template;
    if (template === undefined) return [];
    const documented = this.#document.paths[template]?.[method === 'head' ? 'get' : method];
    if (!documented)
      return response.status === 405 && response.headers.allow ? [] : [`${method} ${template} is not documented`];
    const { operationId } = documented;
    if (response.status < 300) this.done.set(operationId, 1 + (this.done.get(operationId) ?? 0));
    const responsePath = `#/paths/${template.replaceAll('~', '~0').replaceAll('/', '~1')}/${method === 'head' ? 'get' : method}/responses/${response.status}`;
    const found = documented.responses[String(response.status)];
    if (!found) return [`status ${response.status} is not documented for ${method} ${template}: ${response.text}`];
    const name = found.$ref?.split('/').at(-1);
    const object = name === undefined ? found : (this.#document.components.responses[name] as ResponseObject);
    const isTrimmed = response.status === 200 && new URLSearchParams(query).has('fields');
    const at = name === undefined ? responsePath : `#/components/responses/${name}`;
    return [
      ...this.#checkHeaders(object, response),
      ...(method === 'head' ? [] : this.#checkBody(object, `${isTrimmed ? 'trimmed' : 'openapi'}${at}`, response)),
    ];
  }

  #checkHeaders(object: ResponseObject, response: Response): string[] {
    const always = Object.keys(object.headers ?? {}).filter((name) => !sometimes.has(name));
    return always
      .filter((name) => response.headers[name.toLowerCase()] === undefined)
      .map((name) => `header ${name} is documented but was not sent`);
  }

  #checkBody(object: ResponseObject, path: string, response: Response): string[] {
    const types = Object.keys(object.content ?? {});
    const sentType = response.headers['content-type']?.split(';')[0];
    const documentedType = types.find((type) => type === sentType);
    if (types.length === 0) return response.text ? [`a body was sent where none is documented: ${response.text}`] : [];
    if (documentedType === undefined) return [`media type ${sentType} was sent, ${types.join(', ')} is documented`];
    // A file is what its own test says of its bytes.
    if (documentedType.startsWith('image/')) return [];
    const pointer = `${path}/content/${documentedType.replaceAll('/', '~1')}/schema`;
    const validate = this.#validators.get(pointer) ?? this.#ajv.compile({ $ref: pointer });
    this.#validators.set(pointer, validate);
    const body: unknown = documentedType.endsWith('json') ? JSON.parse(response.text) : response.text;
    return validate(body)
      ? []
      : (validate.errors ?? []).map(
          ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
        );
  }
}

const documents = new WeakMap<FastifyInstance, Document>();

/** How often each operation, by its id, has done what it is for, in all requests to a server so far. */
export function operationsDone(app: FastifyInstance): ReadonlyMap<string, number> {
  return documents.get(app)?.done ?? new Map();
}

/** @throws when the answer is not one that the document tells of */
export function requireConformance(app: FastifyInstance, method: string, path: string, response: Response): void {
  const document = documents.get(app) ?? new Document(app);
  documents.set(app, document);
  const wrong = document.check(method, path, response);
  if (wrong.length > 0)
    throw new Error(
      `${method.toUpperCase()} ${path} answered ${response.status}, against its document:\n${wrong.slice(0, 10).join('\n')}`,
    );
}
