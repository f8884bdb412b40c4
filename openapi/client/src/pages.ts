import { type Answer, dataOf } from './problems.js';

/** A page of a list, as every list of the API answers. */
export type ListAnswer<Item> = Answer<{ data: Item[]; page: { next: string | null } }>;

/**
 * Goes through a whole list, page by page, each fetched when it is needed.
 * @param read gets the page behind a cursor: give it as the parameter `cursor`, beside the filters
 * @throws CopydeskProblem
 */
export async function* eachItem<Item>(
  read: (at: { cursor?: string }) => Promise<ListAnswer<Item>>,
): AsyncGenerator<Item, void> {
  let cursor: string | null = null;
  do {
    const { data, page }: { data: Item[]; page: { next: string | null } } = dataOf(
      await read(cursor === null ? {} : { cursor }),
    );
    yield* data;
    cursor = page.next;
  } while (cursor !== null);
}
