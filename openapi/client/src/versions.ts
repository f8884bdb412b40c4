import { type Answer, CopydeskProblem, dataOf } from './problems.js';

/** A resource as it was read. */
export type Read<Resource> = Answer<{ data: Resource }>;

/** More than the writers that may meet at one resource. */
const attemptsMax = 10;

/**
 * Changes a resource from the version that was read. When somebody else was faster, it is read again, and the change is made from
 * what it is then.
 * @param read gets the resource
 * @param merge says what to send, given the resource as it is; undefined when there is nothing to change any more
 * @param write sends it: give `ifMatch` as the header If-Match
 * @returns the answer of the write; undefined when there was nothing to change
 * @throws CopydeskProblem when it is refused for another reason, or others were faster every time
 */
export async function changeFromRead<Resource, Body, Written>(
  read: () => Promise<Read<Resource>>,
  merge: (current: Resource) => Body | undefined | Promise<Body | undefined>,
  write: (body: Body, ifMatch: string) => Promise<Answer<Written>>,
): Promise<Written | undefined> {
  for (let attempt = 1; ; attempt++) {
    const found = await read();
    const body = await merge(dataOf(found).data);
    if (body === undefined) return undefined;
    const written = await write(body, found.response.headers.get('etag') ?? '');
    if (written.response.status !== 412) return dataOf(written);
    if (attempt === attemptsMax) throw new CopydeskProblem(written.response, written.error);
  }
}
