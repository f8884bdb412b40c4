// Documents that can be sent as they stand, for the document of the API.

export const ninjsExample = {
  uri: 'https://agency.example/items/20221219-minsk',
  standard: { name: 'ninjs', version: '3.1', schema: 'https://www.iptc.org/std/ninjs/ninjs-schema_3.1.json' },
  type: 'text',
  language: 'en',
  by: 'Jane Doe',
  headlines: [{ role: 'main', value: 'Talks in Minsk' }],
  bodies: [
    {
      role: 'main',
      contentType: 'text/html',
      value:
        '<p>Two presidents <strong>met</strong> in Minsk.</p><h2>What was said</h2><blockquote>It was good.</blockquote>',
    },
  ],
  subjects: [
    { name: 'World', rel: 'desk', literal: 'world' },
    { name: 'Belarus', rel: 'about' },
  ],
  infoSources: [{ name: 'Example Agency', role: 'wire' }],
};

export const markdownExample = `---
language: en
desk: world
---

# Talks in Minsk

Two presidents **met** in Minsk.

![Two men shake hands.](https://agency.example/handshake.jpg)

*A handshake. (Example Agency)*

## What was said

> It was good.
>
> — Jane Doe, Mayor
`;
