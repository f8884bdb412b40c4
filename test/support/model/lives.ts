// The life of a newsroom: all that can be done to it, how it begins, and what must hold of all of it.
import { type Area, choiceOf, type Hold } from './command.js';
import { erasures } from './erasures.js';
import { hooks } from './hooks.js';
import { keys } from './keys.js';
import { library, makeResource } from './library.js';
import { emptyNewsroom, type Newsroom, type Real } from './newsroom.js';
import { plans } from './plans.js';
import { previews } from './previews.js';
import { publications, publishStory } from './publications.js';
import { rights } from './rights.js';
import { makeStory, stories } from './stories.js';
import { terms } from './terms.js';

const areas: Area[] = [stories, publications, plans, previews, library, terms, keys, hooks, erasures, rights];

/** Anything that can be done to a newsroom. */
export const event = choiceOf(areas.flatMap((area) => area.steps));

/** A newsroom that has something of what is most asked for: a story that shows an image, a quote and an embed, live or not yet. */
export async function begin(isLive: boolean, real: Real): Promise<Newsroom> {
  const newsroom = emptyNewsroom();
  for (const kind of ['image', 'quote', 'embed'] as const)
    await makeResource({ kind, isFit: true, isUploaded: true }, newsroom, real);
  const story = await makeStory({ headline: 'It begins', which: 1, beside: 'all' }, newsroom, real);
  if (isLive) await publishStory(story, null, newsroom, real);
  await requireAll(newsroom, real);
  return newsroom;
}

export const requireAll: Hold = async (newsroom, real) => {
  for (const { requireAsModelled } of areas) await requireAsModelled(newsroom, real);
};
