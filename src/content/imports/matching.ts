// Which resources of a story that was read are in the library already: those are used as they are, the others are made.
import { type ResourceKind, resourceKinds } from '../../blocks/library.js';
import { newId } from '../../kernel/ids.js';
import { jsonEqual } from '../../kernel/json.js';
import { Id } from '../../kernel/scalars.js';
import type { Store } from '../../storage/store.js';
import { findErased } from '../erasures/repository.js';
import { findResources } from '../library/repository.js';
import type { ImportedResource } from './schemas.js';
import { excerpt, type Loss, type Members, type Place, type Reading } from './story.js';

export interface MatchedStory {
  draft: Members;
  resources: ImportedResource[];
  losses: Loss[];
}

interface Known {
  facts: Members;
  isDeleted: boolean;
  isErased: boolean;
}
type Library = ReadonlyMap<string, Known>;

export async function matchResources(store: Store, draft: Members, reading: Reading): Promise<MatchedStory> {
  const library = await findKnown(store, namedIn(draft));
  return new Matching(library, reading).match(draft);
}

/** What of the library a draft names by an id of its own. */
function namedIn(part: unknown): { kind: ResourceKind; id: string }[] {
  if (Array.isArray(part)) return part.flatMap(namedIn);
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([name, member]) => {
    const kind = resourceKinds.find((one) => one === name);
    const id = kind && isMembers(member) ? member.id : name.endsWith('ImageId') ? member : undefined;
    const own = Id.safeParse(id).data;
    return [...(own === undefined ? [] : [{ kind: kind ?? ('image' as const), id: own }]), ...namedIn(member)];
  });
}

async function findKnown(store: Store, named: { kind: ResourceKind; id: string }[]): Promise<Library> {
  const erased = new Set((await findErased(store, named)).map(({ kind, id }) => `${kind}/${id}`));
  const known = new Map<string, Known>();
  for (const kind of resourceKinds) {
    const ids = [...new Set(named.flatMap((one) => (one.kind === kind ? [one.id] : [])))];
    for (const [id, { facts, isDeleted }] of await findResources(store, kind, ids))
      known.set(`${kind}/${id}`, { facts, isDeleted, isErased: erased.has(`${kind}/${id}`) });
  }
  return known;
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

class Matching {
  readonly #library: Library;
  readonly #reading: Reading;
  readonly #resources = new Map<string, ImportedResource>();
  /** The ids that resources have here, by those that the document has for them. */
  readonly #ids = new Map<string, string>();
  readonly #made = new Map<string, Members>();
  readonly #losses: Loss[] = [];

  constructor(library: Library, reading: Reading) {
    this.#library = library;
    this.#reading = reading;
  }

  match(draft: Members): MatchedStory {
    const { leadImageId, ...rest } = this.#members(draft);
    const lead = typeof leadImageId === 'string' ? this.#leadOf(leadImageId, rest) : undefined;
    const whole = this.#reading.sameAs(draft, { ...rest, ...(lead !== undefined && { leadImageId: lead }) });
    for (const embed of this.#made.values()) this.#settleThumbnail(embed);
    return { draft: whole, resources: [...this.#resources.values()], losses: this.#losses };
  }

  #value(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#value(item)).filter((item) => item !== undefined);
    return isMembers(value) ? this.#part(value) : value;
  }

  /** A part of the draft with its resources matched; undefined when there is nothing left of it. */
  #part(part: Members): Members | undefined {
    const kind = resourceKinds.find((one) => isMembers(part[one]));
    const matched = kind ? this.#use(kind, part) : this.#reading.sameAs(part, this.#members(part));
    const isEmptied = [matched?.images, matched?.blocks].some((list) => Array.isArray(list) && list.length === 0);
    return isEmptied && 'type' in part ? undefined : matched;
  }

  #members(part: Members): Members {
    return Object.fromEntries(Object.entries(part).map(([name, member]) => [name, this.#value(member)]));
  }

  #use(kind: ResourceKind, part: Members): Members | undefined {
    const { [kind]: given, ...rest } = part;
    const inline = given as Members;
    const place = this.#reading.placeOf(part, [kind]).place;
    const told = typeof inline.id === 'string' ? inline.id.toLowerCase() : undefined;
    const known = told === undefined ? undefined : this.#library.get(`${kind}/${told}`);
    if (known?.isErased) {
      this.#lose(place, 'erased', `${kind} ${told} was erased, and does not come back`);
      return undefined;
    }
    const id = this.#idOf(kind, told, known, place);
    const first = known && !known.isDeleted ? known.facts : this.#made.get(`${kind}/${id}`);
    if (known && !known.isDeleted && !this.#resources.has(`${kind}/${id}`))
      this.#compare(kind, id, inline, known.facts, place);
    const outcome = known && !known.isDeleted ? 'matched' : 'created';
    this.#resources.set(`${kind}/${id}`, { kind, id, outcome });
    if (first)
      return this.#reading.sameAs(part, { ...rest, [`${kind}Id`]: id, ...ownWords(kind, part, inline, first) });
    const made = this.#reading.sameAs(inline, { ...inline, id });
    this.#made.set(`${kind}/${id}`, made);
    const picture = this.#reading.pictureOf(inline);
    if (picture !== undefined)
      this.#lose(
        place,
        'picture_file',
        `the picture itself is to be uploaded to image ${id}; it is at ${excerpt(picture, 500)}`,
      );
    return this.#reading.sameAs(part, { ...rest, [kind]: made });
  }

  /** The id that a resource is to have: its own, or a new one where that is deleted or the document tells none. */
  #idOf(kind: ResourceKind, told: string | undefined, known: Known | undefined, place: Place): string {
    if (told === undefined) return newId();
    if (!known?.isDeleted) return told;
    const given = this.#ids.get(`${kind}/${told}`) ?? newId();
    if (!this.#ids.has(`${kind}/${told}`))
      this.#lose(place, 'deleted', `${kind} ${told} is deleted here; ${given} is made in its place`);
    this.#ids.set(`${kind}/${told}`, given);
    return given;
  }

  /** Notes what a document says of a resource that the library has otherwise. */
  #compare(kind: ResourceKind, id: string, inline: Members, facts: Members, place: Place): void {
    const shown = kind === 'image' ? ['id', 'alt', 'caption'] : ['id'];
    const other = Object.keys(inline).filter((name) => !shown.includes(name) && !isToldBy(inline[name], facts[name]));
    if (other.length === 0) return;
    this.#lose(place, 'library', `the library has ${other.join(', ')} of ${kind} ${id} otherwise, and keeps it so`);
  }

  /** The image for lists, unless it is the one that it would be anyway. */
  #leadOf(told: string, { sections }: Members): string | undefined {
    const id = this.#ids.get(`image/${told}`) ?? told;
    const blocks = (sections as { blocks: Members[] }[] | undefined)?.flatMap((section) => section.blocks) ?? [];
    const first = blocks.find(({ type }) => type === 'image');
    if (first && (first.imageId ?? (first.image as Members | undefined)?.id) === id) return undefined;
    if (this.#isThere(id)) return id;
    this.#lose({}, 'lead_image', `image ${id}, which lists showed, is neither in the document nor in the library`);
    return undefined;
  }

  #settleThumbnail(embed: Members): void {
    const { thumbnailImageId: told } = embed;
    if (typeof told !== 'string') return;
    const id = this.#ids.get(`image/${told}`) ?? told;
    if (this.#isThere(id)) embed.thumbnailImageId = id;
    else {
      delete embed.thumbnailImageId;
      const { place } = this.#reading.placeOf(embed, []);
      this.#lose(
        place,
        'thumbnail',
        `image ${id}, which stood for the media, is neither in the document nor in the library`,
      );
    }
  }

  #isThere(imageId: string): boolean {
    return this.#made.has(`image/${imageId}`) || this.#library.get(`image/${imageId}`)?.isDeleted === false;
  }

  #lose(place: Place, code: string, message: string): void {
    this.#losses.push({ ...place, code, message });
  }
}

/** What is shown of an image here, where the image says something else. */
function ownWords(kind: ResourceKind, part: Members, inline: Members, facts: Members): Members {
  if (kind !== 'image') return {};
  const words = ['alt', 'caption'].map((name) => [name, part[name] ?? inline[name]] as const);
  return Object.fromEntries(words.filter(([name, said]) => said !== undefined && said !== (facts[name] ?? '')));
}

/** Whether facts say all that is told. White space may differ, since formats change it. */
function isToldBy(told: unknown, facts: unknown): boolean {
  if (told === undefined || told === null) return true;
  if (isMembers(told)) return isMembers(facts) && Object.keys(told).every((name) => isToldBy(told[name], facts[name]));
  const bare = (value: unknown) => (typeof value === 'string' ? value.replaceAll(/\s+/g, ' ').trim() : value);
  return jsonEqual(bare(told), bare(facts));
}
