// Draws the pictures of the example story: plain shapes for its four scenes, with nobody's features. Run by `npm run seed:draw`.
import { mkdirSync } from 'node:fs';
import sharp from 'sharp';

const folder = new URL('./putin-lukashenko-minsk/', import.meta.url);
const [width, height] = [1600, 1067];

const rect = (x: number, y: number, w: number, h: number, fill: string, extra = '') =>
  `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="${fill}" ${extra}/>`;
const ellipse = (x: number, y: number, rx: number, ry: number, fill: string, extra = '') =>
  `<ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" fill="${fill}" ${extra}/>`;
const path = (d: string, fill: string, extra = '') => `<path d="${d}" fill="${fill}" ${extra}/>`;

const skin = '#d9b08c';
const [black, charcoal] = ['#1d1f24', '#2b2e36'];

interface Figure {
  x: number;
  /** Where it stands, or sits. */
  y: number;
  size: number;
  suit?: string;
  tie?: string;
  hair?: string;
}

/** A figure from the shoulders to the hip, of height 300 at size 1. */
function bust({ x, y, size, suit = black, tie = '#6d1f2a', hair = '#6b6257' }: Figure): string {
  return `<g transform="translate(${x} ${y}) scale(${size})">
    ${path('M-95 0 C-100 -120 -90 -175 -40 -190 L40 -190 C90 -175 100 -120 95 0 Z', suit)}
    ${path('M-26 -190 L0 -110 L26 -190 Z', '#f4f4f2')}${path('M-8 -182 L8 -182 L12 -128 L0 -110 L-12 -128 Z', tie)}
    ${rect(-20, -222, 40, 40, skin, 'rx="14"')}${ellipse(0, -250, 42, 52, skin)}
    ${path('M-44 -256 C-46 -318 46 -318 44 -256 C30 -290 -30 -290 -44 -256 Z', hair)}</g>`;
}

/** A figure that stands, of height 620 at size 1. */
function standing(figure: Figure): string {
  const { x, y, size, suit = black } = figure;
  const legs = `<g transform="translate(${x} ${y}) scale(${size})">
    ${rect(-62, -320, 56, 310, suit, 'rx="10"')}${rect(6, -320, 56, 310, suit, 'rx="10"')}
    ${ellipse(-38, -6, 40, 13, '#0f1013')}${ellipse(38, -6, 40, 13, '#0f1013')}</g>`;
  return legs + bust({ ...figure, y: y - 300 * size });
}

function flag(x: number, y: number, size: number, colours: readonly string[]): string {
  const band = 230 / colours.length;
  const bands = colours.map((colour, i) =>
    path(
      `M0 ${i * band} C30 ${i * band + 14} 60 ${i * band - 10} 92 ${i * band + 4} V${(i + 1) * band + 4} C60 ${(i + 1) * band - 10} 30 ${(i + 1) * band + 14} 0 ${(i + 1) * band} Z`,
      colour,
    ),
  );
  return `<g transform="translate(${x} ${y}) scale(${size})">${rect(-8, -30, 8, 620, '#b58a3c')}${ellipse(-4, -36, 10, 10, '#d4a94e')}${bands.join('')}</g>`;
}

const columns = (xs: readonly number[], top: number, bottom: number) =>
  xs
    .map(
      (x) =>
        rect(x, top, 70, bottom - top, '#e4dfd4') +
        rect(x + 46, top, 24, bottom - top, '#cfc8ba') +
        rect(x - 14, top, 98, 26, '#f1ede4') +
        rect(x - 14, bottom - 26, 98, 26, '#f1ede4'),
    )
    .join('');

const gold = ['#d8a831', '#c79a2b'];
const stripes = [['#f2f2f0', '#2c5aa0', '#c0392b'], ['#b5303a', '#3c8d4f'], gold, ['#2c5aa0', '#d8a831']] as const;

/** Two men walk into a hall; a red carpet and two others are behind them. */
function arrival(): string {
  return [
    rect(0, 0, width, height, '#efe9dd'),
    columns([110, 390, 1140, 1420], 60, 760),
    rect(560, 150, 480, 610, '#8fb3c9'),
    rect(560, 560, 480, 200, '#c9d3cf'),
    rect(540, 130, 20, 630, '#b8b0a0') + rect(1040, 130, 20, 630, '#b8b0a0') + rect(540, 120, 520, 30, '#b8b0a0'),
    rect(0, 760, width, 307, '#d8cfbf'),
    ...[0, 1, 2, 3].map((i) => path(`M${i * 400} 1067 L${600 + i * 110} 760 h4 L${i * 400 + 10} 1067 Z`, '#c6bba8')),
    path('M690 600 L910 600 L1180 1067 L420 1067 Z', '#a3262d'),
    standing({ x: 500, y: 805, size: 0.62, suit: charcoal, tie: black, hair: '#3b3530' }),
    standing({ x: 1120, y: 805, size: 0.62, suit: charcoal, tie: black, hair: '#4a4038' }),
    standing({ x: 690, y: 1010, size: 1.12, hair: '#9c9183' }),
    standing({ x: 930, y: 1015, size: 1.24, tie: '#27497a', hair: '#8b8378' }),
  ].join('');
}

function sofa(x: number, isMirrored: boolean): string {
  return `<g transform="translate(${x} 0) scale(${isMirrored ? -1 : 1} 1)">
    ${rect(-260, 420, 520, 300, '#f0e2b0', 'rx="46"')}${rect(-260, 620, 520, 190, '#e3c766', 'rx="34"')}
    ${rect(-300, 540, 90, 270, '#ead58d', 'rx="40"')}${rect(210, 540, 90, 270, '#ead58d', 'rx="40"')}
    ${rect(-250, 800, 30, 60, '#8a6a2f')}${rect(220, 800, 30, 60, '#8a6a2f')}</g>`;
}

/** Two men on sofas, with a square table of wood between them. */
function talk(): string {
  const window = (x: number) =>
    rect(x, 90, 250, 330, '#cfe0e6') +
    rect(x + 118, 90, 14, 330, '#f7f3ea') +
    rect(x - 34, 60, 60, 470, '#cda75a') +
    rect(x + 224, 60, 60, 470, '#cda75a');
  return [
    rect(0, 0, width, height, '#f3ead6'),
    rect(0, 0, width, 40, '#e2d3ae'),
    window(250) + window(1100),
    rect(0, 780, width, 287, '#b9855a'),
    ellipse(800, 930, 760, 120, '#a56f4a'),
    sofa(330, false) + sofa(1270, true),
    bust({ x: 350, y: 740, size: 1.25, hair: '#9c9183' }),
    bust({ x: 1250, y: 745, size: 1.3, tie: '#27497a', hair: '#8b8378' }),
    rect(250, 650, 250, 90, black, 'rx="40"') + rect(1110, 650, 250, 90, black, 'rx="40"'),
    path('M560 760 L1040 760 L1140 900 L460 900 Z', '#7c4a26'),
    rect(460, 900, 680, 40, '#5f3719') + rect(490, 940, 40, 90, '#5f3719') + rect(1070, 940, 40, 90, '#5f3719'),
    path('M640 790 L960 790 L990 830 L610 830 Z', '#9a633a'),
    ellipse(800, 800, 70, 22, '#e9e1c8') + ellipse(775, 786, 24, 20, '#c0392b') + ellipse(822, 786, 24, 20, '#d8a831'),
  ].join('');
}

/** Two men at a table before a row of flags; one looks ahead, one writes. */
function flags(): string {
  return [
    rect(0, 0, width, height, '#ded6c6'),
    rect(0, 0, width, 70, '#c9bd9f'),
    ...Array.from({ length: 10 }, (_, i) => flag(110 + i * 150, 150, 0.98, stripes[i % 4] ?? gold)),
    bust({ x: 560, y: 790, size: 1.55, hair: '#9c9183' }),
    `<g transform="rotate(7 1060 560)">${bust({ x: 1060, y: 810, size: 1.55, tie: '#27497a', hair: '#8b8378' })}</g>`,
    rect(0, 740, width, 60, '#a26a3c'),
    rect(0, 800, width, 267, '#7c4a26'),
    ...[1, 2, 3].map((i) => rect(i * 400 - 4, 820, 8, 230, '#693d1e')),
    path('M930 725 L1130 725 L1150 758 L915 758 Z', '#f7f5ef') +
      path('M470 725 L650 725 L660 758 L455 758 Z', '#f7f5ef'),
    `<g transform="rotate(-35 1020 720)">${rect(1014, 650, 12, 86, '#22304d', 'rx="6"')}</g>`,
    rect(745, 660, 60, 80, '#eef3f4', 'rx="8"') + rect(700, 700, 30, 40, '#dfe7e9', 'rx="6"'),
  ].join('');
}

/** A ring of a table in a hall of columns, with many around it and two apart before flags. */
function ring(): string {
  const seats = Array.from({ length: 24 }, (_, i) => ((i + 0.5) / 24) * 2 * Math.PI)
    .map((angle) => ({ x: 800 + 690 * Math.cos(angle), y: 740 + 250 * Math.sin(angle) }))
    .filter(({ x, y }) => y > 520 || Math.abs(x - 800) > 260)
    .sort((a, b) => a.y - b.y);
  const person = ({ x, y }: { x: number; y: number }, i: number) =>
    bust({
      x,
      y: y + 60,
      size: 0.36 + (y - 490) / 1500,
      suit: i % 3 === 0 ? charcoal : black,
      tie: '#55606e',
      hair: i % 2 === 0 ? '#5d5348' : '#8b8378',
    });
  const [behind, before] = [seats.filter(({ y }) => y < 740), seats.filter(({ y }) => y >= 740)];
  return [
    rect(0, 0, width, height, '#f4f2ec'),
    ...[60, 470, 980, 1390].map(
      (x) =>
        rect(x, 40, 150, 420, '#2f6b4a') + rect(x + 50, 40, 18, 420, '#28593e') + rect(x + 100, 40, 18, 420, '#28593e'),
    ),
    rect(270, 130, 150, 190, '#b58a3c') +
      rect(284, 144, 122, 162, '#7d97a6') +
      rect(1180, 130, 150, 190, '#b58a3c') +
      rect(1194, 144, 122, 162, '#a58f78'),
    columns([225, 640, 890, 1305], 20, 500),
    rect(0, 480, width, 587, '#cfc3ad'),
    ...Array.from({ length: 6 }, (_, i) => flag(600 + i * 76, 190, 0.52, stripes[i % 4] ?? gold)),
    bust({ x: 730, y: 520, size: 0.55, hair: '#9c9183' }) +
      bust({ x: 870, y: 520, size: 0.57, tie: '#27497a', hair: '#8b8378' }),
    ...behind.map(person),
    ellipse(800, 770, 640, 220, '#8a5630') +
      ellipse(800, 758, 640, 220, '#a86e40') +
      ellipse(800, 762, 470, 138, '#8a5630') +
      ellipse(800, 772, 462, 132, '#cfc3ad'),
    ellipse(800, 790, 120, 34, '#3f7d57') + ellipse(770, 778, 40, 22, '#d8a831') + ellipse(836, 778, 40, 22, '#c0392b'),
    ...before.map(person),
  ].join('');
}

const scenes = {
  '01852a5c-1c40-7b3e-9a51-4d2f8e6c0b17': arrival(),
  '01852a5c-2f91-7c08-8e64-b3a90d5f7216': talk(),
  '01852a5c-4ad6-7190-b2c7-0f68d1e4a93b': flags(),
  '01852a5c-5e0b-7f42-a81d-96c3572be04a': ring(),
};

mkdirSync(folder, { recursive: true });
for (const [id, shapes] of Object.entries(scenes)) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${shapes}</svg>`;
  await sharp(Buffer.from(svg))
    .png({ palette: true, colours: 128, compressionLevel: 9, effort: 10 })
    .toFile(new URL(`${id}.png`, folder).pathname);
}
