// Loads story files through the same services as any editor's post.
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readStoryJson } from './backups/named-files.js';
import { ArticleDraft, type ManagedArticleSummary } from './content/articles/schemas.js';
import type { Actor } from './kernel/actor.js';
import { DomainError, type Violation } from './kernel/errors.js';
import { slugify } from './kernel/slugs.js';
import { versionTag } from './kernel/version-tags.js';
import { violationsOf } from './kernel/violations.js';
import type { Finding } from './publishing/preflight/index.js';
import type { Services } from './services.js';

const folder = new URL('../seed/', import.meta.url);
const actor: Actor = { key: null, person: 'seed', role: 'publisher' };

/** The stories that come with the product. */
export async function seedFiles(): Promise<string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => fileURLToPath(new URL(name, folder)));
}

/** A story file that cannot be loaded, with every place that is wrong. */
export class BadStoryFile extends Error {}

export interface Seeded {
  file: string;
  slug: string;
  outcome: 'loaded' | 'there already';
}

/**
 * Loads and publishes the stories, dated by their dateline. A story whose slug is there already is left as it is.
 * @throws BadStoryFile naming the line or the pointers of what is wrong; stories before it stay loaded
 */
export async function seedStories(services: Services, files: readonly string[]): Promise<Seeded[]> {
  const seeded: Seeded[] = [];
  for (const file of files) seeded.push(await seedStory(services, file));
  return seeded;
}

async function seedStory(services: Services, file: string): Promise<Seeded> {
  const { articles, preflight, publishing } = services;
  const draft = await readStory(file);
  try {
    const slug = draft.slug ?? slugify(draft.headline ?? '');
    const known = await findKnown(articles, slug);
    if (known && !isHalfLoaded(known)) return { file, slug, outcome: 'there already' };
    const findings = await preflight.checkDraft(draft, known?.id);
    const faults = findings.filter(({ severity }) => severity === 'error');
    if (faults.length > 0)
      throw badFile(
        file,
        'it is not fit to be published',
        faults.map((fault) => placedIn(draft, fault)),
      );
    const { id, version } = known ?? (await articles.create(draft, actor));
    await seedPictures(services, await picturesOf(file));
    const publishedAt = draft.dateline?.date ? `${draft.dateline.date}T12:00:00.000Z` : null;
    await publishing.publish(id, { publishedAt }, `"${version}"`, actor);
    return { file, slug, outcome: 'loaded' };
  } catch (error) {
    throw error instanceof DomainError ? badFile(file, error.message, error.errors ?? []) : error;
  }
}

/** The pictures of a story's images: in a folder of the story's name, each named by the id of its image. */
async function picturesOf(file: string): Promise<{ imageId: string; path: string }[]> {
  const folder = file.replace(/\.json$/, '');
  if (folder === file) return [];
  const names = await readdir(folder).catch(() => []);
  return names.sort().map((name) => ({ imageId: parse(name).name, path: join(folder, name) }));
}

/** Gives the images that have no file yet theirs, by the way that any upload takes. @throws DomainError naming the file */
async function seedPictures({ library, images, media }: Services, pictures: Awaited<ReturnType<typeof picturesOf>>) {
  for (const { imageId, path } of pictures) {
    const { file, version } = await library.image.get(imageId);
    if (file) continue;
    await media.intake.take(createReadStream(path), `/${parse(path).base}`, (upload) =>
      images.putFile(imageId, upload, versionTag(version), false, actor),
    );
  }
}

/** A fault of a resource, placed where the file has it: inline rather than by id. */
function placedIn(draft: ArticleDraft, fault: Finding): Violation {
  const parts = fault.pointer.split('/').slice(1);
  const last = parts.pop() ?? '';
  const parent = parts.reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], draft);
  const inline = last.replace(/Id$/, '');
  const violation = { pointer: fault.pointer, code: fault.code, message: fault.message };
  const isInline = inline !== last && (parent as Record<string, unknown> | undefined)?.[inline] !== undefined;
  if (!isInline) return violation;
  const field = fault.resource?.kind === inline ? fault.resource.pointer : '';
  return { ...violation, pointer: `/${[...parts, inline].join('/')}${field}` };
}

async function findKnown(articles: Services['articles'], slug: string): Promise<ManagedArticleSummary | undefined> {
  try {
    return (await articles.getRecord(slug)).summary;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'not_found') return undefined;
    throw error;
  }
}

/** Created by an earlier run that ended before it published. */
function isHalfLoaded({ version, createdBy, publication }: ManagedArticleSummary): boolean {
  return version === 1 && createdBy.actor === actor.person && publication.state === 'unpublished';
}

async function readStory(file: string): Promise<ArticleDraft> {
  const value = await readStoryJson(file).catch((error) => {
    throw error instanceof DomainError ? badFile(file, error.message, error.errors ?? []) : error;
  });
  const parsed = ArticleDraft.safeParse(value);
  if (!parsed.success) throw badFile(file, 'it is not a story', violationsOf(parsed.error));
  return parsed.data;
}

function badFile(file: string, reason: string, errors: readonly Violation[]): BadStoryFile {
  const places = errors.map(({ pointer, message }) => `\n  ${pointer ?? ''}: ${message}`);
  return new BadStoryFile(`${file}: ${reason}${places.join('')}`);
}
