// README's guides as pages, so that whoever reads the Swagger UI has them at hand.
import { readFile } from 'node:fs/promises';
import type { Element, ElementContent } from 'hast';
import { toHtml } from 'hast-util-to-html';
import { h } from 'hastscript';
import type { Heading, Nodes, RootContent } from 'mdast';
import { toHast } from 'mdast-util-to-hast';
import { parseMarkdown } from '../kernel/markdown.js';
import { guideTitles } from './guide-titles.js';

type GuideName = keyof typeof guideTitles;
const guideNames = Object.keys(guideTitles) as GuideName[];

/** What README links to beside its own headings, where the server has it. */
const served = new Map([['openapi/openapi.json', '/openapi.json']]);
const readmeUrl = new URL('../../README.md', import.meta.url);

interface Guide {
  name: GuideName;
  nodes: RootContent[];
}

/** Each guide as HTML, by its name: its chapters to choose from, and its text. None where the server was put without README. */
export async function readGuides(): Promise<Map<string, string>> {
  const guides = guidesIn(await readFile(readmeUrl, 'utf8').catch(() => ''));
  const places = new Map(guides.flatMap(({ name, nodes }) => headingsIn(nodes).map(({ id }) => [id, name] as const)));
  return new Map(guides.map((guide) => [guide.name, toHtml([contentsOf(guide), ...bodyOf(guide, places)])]));
}

function guidesIn(readme: string): Guide[] {
  const { children } = parseMarkdown(readme);
  const isChapter = (node: RootContent) => node.type === 'heading' && node.depth <= 2;
  return guideNames.flatMap((name) => {
    const start = children.findIndex((node) => isChapter(node) && anchorOf(node) === anchorFor(guideTitles[name]));
    if (start < 0) return [];
    const end = children.findIndex((node, i) => i > start && isChapter(node));
    return [{ name, nodes: children.slice(start + 1, end < 0 ? undefined : end) }];
  });
}

function headingsIn(nodes: readonly RootContent[]): { id: string; node: Heading }[] {
  return nodes.flatMap((node) => (node.type === 'heading' ? [{ id: anchorOf(node), node }] : []));
}

/** The chapters of a guide, to choose from. */
function contentsOf({ nodes }: Guide): Element {
  const chapters = headingsIn(nodes).filter(({ node }) => node.depth === 3);
  return h('nav', [
    h(
      'ul',
      chapters.map(({ id, node }) => h('li', [h('a', { href: `#${id}` }, wordsOf(node))])),
    ),
  ]);
}

function bodyOf({ name, nodes }: Guide, places: ReadonlyMap<string, GuideName>): ElementContent[] {
  for (const { id, node } of headingsIn(nodes)) node.data = { hProperties: { id } };
  const root = toHast({ type: 'root', children: nodes });
  return 'children' in root ? redirected(root.children as ElementContent[], name, places) : [];
}

/** Has links lead to where things are on this server; what it has not is told without a link. */
function redirected(
  nodes: readonly ElementContent[],
  guide: GuideName,
  places: ReadonlyMap<string, GuideName>,
): ElementContent[] {
  return nodes.flatMap((node): ElementContent[] => {
    if (node.type !== 'element') return [node];
    const children = redirected(node.children, guide, places);
    if (node.tagName !== 'a') return [{ ...node, children }];
    const href = addressOf(String(node.properties.href), guide, places);
    return href === undefined ? children : [{ ...node, properties: { href }, children }];
  });
}

function addressOf(url: string, guide: GuideName, places: ReadonlyMap<string, GuideName>): string | undefined {
  if (!url.startsWith('#')) return /^https?:/.test(url) ? url : served.get(url);
  const place = places.get(url.slice(1)) ?? guideNames.find((name) => anchorFor(guideTitles[name]) === url.slice(1));
  if (place === undefined) return undefined;
  return place === guide ? url : `/guides/${place}${places.has(url.slice(1)) ? url : ''}`;
}

function anchorOf(node: Nodes): string {
  return anchorFor(wordsOf(node));
}

/** The anchor that code hosts give a heading. */
function anchorFor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

function wordsOf(node: Nodes): string {
  if ('children' in node) return node.children.map(wordsOf).join('');
  return 'value' in node ? node.value : '';
}
