// Links that show a story before it is live, until they end.
import fc from 'fast-check';
import { type Area, nothing, stepsHeldBy } from './command.js';
import { hourMs, type Link, type Newsroom, now, type Story } from './newsroom.js';
import { address, requireStories, thereAre } from './story-holds.js';

const step = stepsHeldBy(requireStories);
const linksMax = 2;

const create = step(
  'make a preview link',
  (newsroom) => thereAre(newsroom).filter(({ links }) => links.length < linksMax),
  fc.record({ hours: fc.constantFrom(1, 2, 24), pick: fc.option(fc.nat({ max: 5 }), { nil: undefined }) }),
  async (story, { hours, pick }, _, real) => {
    const versions = [...story.history.keys()];
    const version = pick === undefined ? null : (versions[pick % versions.length] ?? null);
    const body = { expiresIn: `PT${hours}H`, ...(version !== null && { version }) };
    const { data } = (await real.app.as.editor.post(`${address(story)}/preview-links`, body).expect(201)).body;
    const content = version === null ? undefined : structuredClone(story.history.get(version));
    const { id, token } = data;
    story.links.push({ id, token, version, content, until: now(real) + hours * hourMs, isRevoked: false });
  },
);

const linked = ({ stories }: Newsroom): { story: Story; link: Link }[] =>
  stories.flatMap((story) => story.links.map((link) => ({ story, link })));

const revoke = step('revoke a preview link', linked, nothing, async ({ story, link }, _, _newsroom, { app }) => {
  const status = story.isDeleted ? 404 : 204;
  await app.as.editor.delete(`${address(story)}/preview-links/${link.id}`).expect(status);
  if (status === 204) link.isRevoked = true;
});

export const previews: Area = { steps: [create, revoke], requireAsModelled: requireStories };
