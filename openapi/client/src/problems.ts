import type { components } from './schema.js';

type Problem = components['schemas']['Problem'];

/** What openapi-fetch answers a request with. */
export interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** The server has refused a request, and says why. */
export class CopydeskProblem extends Error {
  override name = 'CopydeskProblem';
  readonly status: number;
  /** What the server says of it (RFC 9457); undefined when something between has answered. */
  readonly problem: Problem | undefined;

  constructor(response: Response, error: unknown) {
    const problem = isProblem(error) ? error : undefined;
    super(problem ? `${problem.title}: ${problem.detail}` : `The server has answered ${response.status}.`);
    this.status = response.status;
    this.problem = problem;
  }
}

function isProblem(error: unknown): error is Problem {
  return typeof error === 'object' && error !== null && 'type' in error && 'title' in error;
}

/** What a request was answered with; undefined where success has no body, as of a deletion. @throws CopydeskProblem when it was refused */
export function dataOf<Data>({ data, error, response }: Answer<Data>): Data {
  const isWithoutBody = response.status === 204;
  if (!response.ok || (data === undefined && !isWithoutBody)) throw new CopydeskProblem(response, error);
  return data as Data;
}
