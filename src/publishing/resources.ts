// What a story refers to, read for one compilation, with the versions that the commit must still find.
import type { Embed, Image, Library, Quote, ResourceFacts, ResourceKind } from '../blocks/library.js';
import { deliveredImage, resourceKinds } from '../blocks/library.js';
import type { ArticleContent } from '../content/history.js';
import { findResources, guardVersions } from '../content/library/repository.js';
import type { ResourceChange } from '../content/library/service.js';
import { type Use, usesOfBlocks, usesOfFields } from '../content/where-used.js';
import type { Statement, Store } from '../storage/store.js';

interface Loaded<K extends ResourceKind> {
  version: number;
  facts: ResourceFacts[K];
}

/** Where resources are read from: the library as it is, unless a story is compiled as it was. */
export type FindResources = <K extends ResourceKind>(
  store: Store,
  kind: K,
  ids: readonly string[],
) => Promise<ReadonlyMap<string, { resource: { version: number }; facts: ResourceFacts[K]; isDeleted: boolean }>>;

type LoadedByKind = { [K in ResourceKind]: Map<string, Loaded<K>> };

export class Resources implements Library {
  readonly #loaded: LoadedByKind = { image: new Map(), quote: new Map(), embed: new Map() };
  readonly #changes: ReadonlyMap<string, ResourceChange>;

  private constructor(changes: readonly ResourceChange[]) {
    this.#changes = new Map(changes.map((change) => [`${change.kind}/${change.id}`, change]));
  }

  /**
   * Reads all that a story uses, its embeds' thumbnails among them.
   * @param changes resources that are about to be added or changed: taken as they will be
   */
  static load(store: Store, content: ArticleContent, changes: readonly ResourceChange[] = []): Promise<Resources> {
    return Resources.loadUses(store, usesOf(content), changes);
  }

  /** The same, for a list of uses. */
  static async loadUses(
    store: Store,
    uses: readonly Use[],
    changes: readonly ResourceChange[] = [],
    find: FindResources = findResources,
  ): Promise<Resources> {
    const resources = new Resources(changes);
    const idsOf = (kind: ResourceKind) => uses.filter((use) => use.kind === kind).map((use) => use.id);
    await resources.#read(store, find, 'quote', idsOf('quote'));
    await resources.#read(store, find, 'embed', idsOf('embed'));
    const thumbnails = [...resources.#loaded.embed.values()].flatMap(({ facts }) => facts.thumbnailImageId ?? []);
    await resources.#read(store, find, 'image', [...idsOf('image'), ...thumbnails]);
    return resources;
  }

  async #read<K extends ResourceKind>(store: Store, find: FindResources, kind: K, ids: string[]): Promise<void> {
    const loaded = this.#loaded[kind] as Map<string, Loaded<K>>;
    const wanted = [...new Set(ids)];
    const changed = wanted.flatMap((id) => this.#changes.get(`${kind}/${id}`) ?? []);
    for (const { id, version, facts } of changed) loaded.set(id, { version, facts: facts as ResourceFacts[K] });
    const found = await find(
      store,
      kind,
      wanted.filter((id) => !loaded.has(id)),
    );
    for (const [id, { resource, facts, isDeleted }] of found) {
      if (!isDeleted) loaded.set(id, { version: resource.version, facts });
    }
  }

  /** The facts of a resource; undefined when there is none such. */
  find<K extends ResourceKind>(kind: K, id: string): ResourceFacts[K] | undefined {
    return (this.#loaded[kind] as Map<string, Loaded<K>>).get(id)?.facts;
  }

  /** Every resource that the compiled story shows. */
  uses(): { kind: ResourceKind; id: string }[] {
    return resourceKinds.flatMap((kind) => [...this.#loaded[kind].keys()].map((id) => ({ kind, id })));
  }

  /** Holds a commit to the resources being as they were read. */
  guards(store: Store): Statement[] {
    return resourceKinds.flatMap((kind) => {
      const versions = new Map([...this.#loaded[kind]].map(([id, { version }]) => [id, version]));
      for (const id of versions.keys()) if (this.#changes.has(`${kind}/${id}`)) versions.delete(id);
      return guardVersions(store, kind, versions);
    });
  }

  image(id: string): Image {
    return deliveredImage(id, this.#facts('image', id));
  }

  quote(id: string): Quote {
    return { id, ...this.#facts('quote', id) };
  }

  embed(id: string): Embed {
    const { thumbnailImageId, ...facts } = this.#facts('embed', id);
    // Preflight refuses one that is not there; a preview goes without it.
    const thumbnail =
      thumbnailImageId === null || !this.find('image', thumbnailImageId) ? null : this.image(thumbnailImageId);
    return { id, ...facts, thumbnail };
  }

  delivered(kind: ResourceKind, id: string): Image | Quote | Embed {
    return kind === 'image' ? this.image(id) : kind === 'quote' ? this.quote(id) : this.embed(id);
  }

  #facts<K extends ResourceKind>(kind: K, id: string): ResourceFacts[K] {
    const facts = this.find(kind, id);
    if (!facts) throw new Error(`${kind} ${id} was not loaded for compilation`);
    return facts;
  }
}

/** All that readers see of others in a story: what it points at, what that points at, and the names of its desk and tags. */
export function liveUsesOf(content: ArticleContent, resources: Resources): Use[] {
  const { desk, tags } = content.fields;
  return [
    ...usesOf(content),
    ...resources.uses(),
    { kind: 'desk', id: desk },
    ...tags.map((id) => ({ kind: 'tag' as const, id })),
  ];
}

/** All that a story points at. */
export function usesOf(content: ArticleContent): Use[] {
  return [...usesOfFields(content.fields), ...content.sections.flatMap(({ blocks }) => usesOfBlocks(blocks))];
}
