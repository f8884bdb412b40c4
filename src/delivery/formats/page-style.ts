/** The look of a story that stands on a page of its own: on a phone, a desk, in the dark, on paper. */
export const pageStyle = `
:root { color-scheme: light dark; --ink: #1a1a1a; --quiet: #5c5c5c; --line: #d9d9d9; --paper: #fff; --accent: #8a1c1c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e6e3; --quiet: #a3a09b; --line: #3a3a3a; --paper: #161616; --accent: #e58d8d; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.125rem/1.6 Georgia, 'Times New Roman', serif; }
article { max-width: 42rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; overflow-wrap: break-word; }
h1, h2, h3, h4, h5, .kicker, .byline, .times, .tags, figcaption, .gallery > .title, aside > .title, .label, caption, th, .sources, nav { font-family: system-ui, -apple-system, 'Segoe UI', sans-serif; }
h1 { font-size: clamp(1.8rem, 5vw, 2.6rem); line-height: 1.15; margin: 0.25rem 0 1rem; text-wrap: balance; }
h2 { font-size: 1.45rem; line-height: 1.25; margin: 2.5rem 0 0.75rem; }
h3 { font-size: 1.2rem; } h4, h5 { font-size: 1.05rem; }
.kicker { margin: 0; color: var(--accent); font-size: 0.85rem; font-weight: 600; letter-spacing: 0.04em; text-transform: uppercase; }
.deck { margin: 0 0 1rem; color: var(--quiet); font-size: 1.3rem; line-height: 1.4; }
.byline, .times { margin: 0; color: var(--quiet); font-size: 0.9rem; }
header { padding-bottom: 1.25rem; margin-bottom: 1.5rem; border-bottom: 1px solid var(--line); }
a { color: inherit; text-decoration-color: var(--accent); text-underline-offset: 0.15em; }
figure { margin: 2rem 0; }
.picture { display: grid; place-items: center; min-height: 12rem; padding: 1.5rem; background: var(--line); color: var(--quiet); font: italic 0.95rem/1.4 system-ui, sans-serif; text-align: center; }
.picture::before { content: attr(aria-label); }
img { display: block; max-width: 100%; height: auto; background: var(--line); }
figcaption { margin-top: 0.5rem; color: var(--quiet); font-size: 0.875rem; line-height: 1.45; }
.credit { display: block; font-size: 0.8rem; }
figure.quote { margin: 2rem 0; padding-inline-start: 1.25rem; border-inline-start: 4px solid var(--accent); }
figure.quote blockquote { margin: 0; font-size: 1.3rem; line-height: 1.4; }
figure.quote blockquote p { margin: 0.25rem 0; }
cite { font-style: normal; font-weight: 600; }
figure.embed { padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: 4px; }
figure.embed .title { margin: 0; } figure.embed time { color: var(--quiet); font-variant-numeric: tabular-nums; }
.label { color: var(--accent); letter-spacing: 0.04em; }
aside { margin: 2rem 0; padding: 0.5rem 1.25rem; background: color-mix(in srgb, var(--line) 35%, transparent); }
.note { border-inline-start: 4px solid var(--accent); }
.title { font-weight: 600; }
table { width: 100%; margin: 2rem 0; border-collapse: collapse; font-size: 0.95rem; display: block; overflow-x: auto; }
caption { margin-bottom: 0.5rem; font-weight: 600; text-align: start; }
th, td { padding: 0.4rem 0.6rem; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; }
hr { width: 4rem; margin: 2.5rem auto; border: 0; border-top: 1px solid var(--line); }
code { font-size: 0.9em; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--quiet); font-size: 0.9rem; }
.languages { display: flex; flex-wrap: wrap; gap: 1rem; margin: 0.5rem 0 0; padding: 0; list-style: none; font: 0.9rem system-ui, sans-serif; }
.tags { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 1rem 0; padding: 0; list-style: none; }
.tags li { padding: 0.1rem 0.6rem; border: 1px solid var(--line); border-radius: 1rem; font-size: 0.85rem; }
@media print { body { font-size: 11pt; } article { max-width: none; padding: 0; } a { text-decoration: none; } figure, aside, table, blockquote { break-inside: avoid; } h2, h3 { break-after: avoid; } .picture { min-height: 4rem; } }
`;
