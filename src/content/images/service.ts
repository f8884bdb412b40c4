// Images that come with their files. What else there is to images is as for any resource of the library.
import { fillImage, type ResourceFacts } from '../../blocks/library.js';
import type { Actor } from '../../kernel/actor.js';
import type { Upload } from '../../media/intake/service.js';
import type { ManagedResource } from '../library/repository.js';
import type { LibraryService } from '../library/service.js';
import type { Changed } from '../propagation.js';

type ManagedImage = ManagedResource<'image'>;
type Facts = ResourceFacts['image'];

/** An image as an upload left it, and which of its facts were taken from the file. */
export interface Uploaded {
  changed: Changed<ManagedImage>;
  fromFile: string[];
}

export type ImageService = ReturnType<typeof imageService>;

export function imageService(images: LibraryService<'image'>) {
  /** Adds an image with its file. What the draft leaves empty is taken from what the file says. */
  async function create(draft: Record<string, unknown>, upload: Upload, actor: Actor): Promise<Uploaded> {
    const { facts, fromFile } = filledByFile(draft, upload);
    await upload.keep();
    return { changed: { resource: await images.create(facts, actor) }, fromFile };
  }

  /**
   * Gives an image a file, or another one, and every live story that shows it.
   * @throws as a change does: `not_found`, `forbidden`, `stale_version`, `unprocessable`
   */
  async function putFile(
    id: string,
    upload: Upload,
    ifMatch: string | undefined,
    isDryRun: boolean,
    actor: Actor,
  ): Promise<Uploaded> {
    let fromFile: string[] = [];
    const { changed } = await images.change(id, 'update', ifMatch, isDryRun, actor, async (current) => {
      const filled = filledByFile({ ...current }, upload);
      fromFile = filled.fromFile;
      // The same file again changes nothing, but brings it back where it was lost.
      if (current.file?.sha256 === upload.file.sha256) await upload.keep();
      return { facts: filled.facts, guards: [], warnings: [], prepare: upload.keep };
    });
    return { changed, fromFile };
  }

  return { create, putFile };
}

/** The facts with the file, and with what it says where nothing was said. */
function filledByFile(facts: Record<string, unknown>, { file, words }: Upload): { facts: Facts; fromFile: string[] } {
  const isAltUnwanted = facts.decorative === true;
  const empty = Object.entries(words).filter(
    ([name]) => (facts[name] ?? null) === null && !(name === 'alt' && isAltUnwanted),
  );
  return {
    facts: fillImage({ ...facts, ...Object.fromEntries(empty), file }),
    fromFile: empty.map(([name]) => `/${name}`),
  };
}
