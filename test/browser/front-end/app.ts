// A reader's front end of one page: a list of stories, and one of them, which is always as readers have it at this moment.
import { CopydeskProblem, copydeskClient, dataOf, eachItem, follow, type Schemas } from '@copydesk/client';
import { blockElement } from './blocks.js';
import { make, maybe, place } from './elements.js';

/** How many headlines are shown at a time. */
const step = 2;

const baseUrl = new URLSearchParams(location.search).get('api') ?? location.origin;
const client = copydeskClient({ baseUrl });
const absolute = (address: string) => new URL(address, baseUrl).href;

let shownId: string | undefined;

/** Headlines, as many more as are asked for: the next page is fetched when it is needed. */
const headlines = eachItem((at) => client.GET('/v1/articles', { params: { query: { limit: step, ...at } } }));

async function showMore(): Promise<void> {
  for (let i = 0; i < step; i++) {
    const { value, done } = await headlines.next();
    if (done) return place('more').remove();
    const link = make('a', { href: `#${value.slug}`, lang: value.language }, value.headline);
    place('list').append(make('li', {}, link));
  }
}

function storyElements(story: Schemas['Article']): Node[] {
  const { kicker, headline, deck, bylines, publishedAt, sections, corrections } = story;
  const by = bylines.map(({ name }) => name).join(', ');
  return [
    make(
      'header',
      {},
      maybe('p', kicker, { class: 'kicker' }),
      make('h1', {}, headline),
      maybe('p', deck, { class: 'deck' }),
      make('p', { class: 'by' }, by, ' ', make('time', { datetime: publishedAt }, publishedAt.slice(0, 10))),
    ),
    ...corrections.map(({ kind, text }) => make('p', { class: 'correction' }, `${kind}: ${text}`)),
    ...sections.map(({ anchor, heading, blocks }) =>
      make('section', { id: anchor }, maybe('h2', heading), ...blocks.map((block) => blockElement(block, absolute))),
    ),
  ];
}

async function showStory(slug: string): Promise<void> {
  const article = place('story');
  try {
    const { data } = dataOf(await client.GET('/v1/articles/{slug}', { params: { path: { slug } } }));
    shownId = data.id;
    article.lang = data.language;
    article.replaceChildren(...storyElements(data));
    document.title = data.headline;
  } catch (error) {
    if (!(error instanceof CopydeskProblem)) throw error;
    article.replaceChildren(
      make('p', { role: 'alert' }, error.status === 410 ? 'This story was withdrawn.' : error.message),
    );
  }
}

/** Has the page follow what happens to the story that it shows. */
async function stayCurrent(): Promise<void> {
  for await (const { type, data } of follow({ baseUrl })) {
    place('live').textContent = type;
    if (type === 'reset' || data.id === shownId) await showStory(shownId ?? currentSlug());
  }
}

function currentSlug(): string {
  return decodeURIComponent(location.hash.slice(1));
}

addEventListener('hashchange', () => void showStory(currentSlug()));
place('more').addEventListener('click', () => void showMore());
void stayCurrent();
await showMore();
if (location.hash) await showStory(currentSlug());
document.documentElement.dataset.ready = 'true';
