import { LRUCache } from 'lru-cache';
import type { Article } from '../../blocks/story.js';
import type { Representation } from '../../http/conditional.js';
import { publicHeaders } from '../../http/headers.js';
import { derivedTag } from '../../kernel/entity-tag.js';
import { inOwnMemory, keptSize } from '../../kernel/own-memory.js';
import type { StoredSnapshot } from '../../storage/store.js';
import type { Format, Site } from '../formats/format.js';
import { formats } from '../formats/index.js';

/** Memory for what was made of stories beside their JSON. */
const keptBytesMax = 32 * 1024 * 1024;

const vary = { vary: 'accept, accept-encoding' };
export const jsonHeaders = Object.freeze({ ...publicHeaders, ...vary });
const headersOf = new Map(
  formats.map((format) => [
    format.name,
    Object.freeze({ ...publicHeaders, ...vary, 'content-type': format.contentType, ...format.headers }),
  ]),
);

export type RepresentationService = ReturnType<typeof representationService>;

/** Makes of a story's snapshot what was asked for, once, and keeps the bytes while there is room. */
export function representationService(site: Site) {
  const kept = new LRUCache<string, Buffer>({ maxSize: keptBytesMax, sizeCalculation: keptSize });
  // Where stories stand is written into what is made of them, so that another place makes another tag.
  const place = () => `${site.name} ${site.origin} ${site.storyUrl({ id: 'id', slug: 'slug', language: 'en' })}`;

  /** A story in a format. Its tag is told by that of the snapshot, so that a 304 takes no rendering. */
  function represent(snapshot: StoredSnapshot, format: Format): Representation {
    const etag = derivedTag(snapshot.etag, `${format.name} ${format.version} ${place()}`);
    return {
      etag,
      articleId: snapshot.articleId,
      headers: headersOf.get(format.name) ?? jsonHeaders,
      body: { read: () => ({ bytes: kept.get(etag) ?? make(snapshot, format, etag), release: () => undefined }) },
    };
  }

  function make(snapshot: StoredSnapshot, format: Format, etag: string): Buffer {
    const { bytes, release } = snapshot.read();
    const { data } = JSON.parse(bytes.toString('utf8')) as { data: Article };
    release();
    const made = inOwnMemory(Buffer.from(format.render(data, site)));
    kept.set(etag, made);
    return made;
  }

  return { represent };
}
