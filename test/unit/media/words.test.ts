import { describe, expect, it } from 'vitest';
import { wordsIn } from '../../../src/media/intake/words.js';
import { alternatives, inUtf8, photoshopResources, record, sequence, xmpPacket } from '../../support/picture-words.js';

const ofXmp = (xmpAsString: string) => wordsIn({ xmpAsString });
const ofIim = (...records: Buffer[]) => wordsIn({ iptc: photoshopResources(...records) });

const everything = xmpPacket(
  [
    `<dc:description>${alternatives(['fr', 'Une arrivée.'], ['x-default', 'An arrival.'])}</dc:description>`,
    `<dc:creator>${sequence('Jane Doe', 'John Roe')}</dc:creator>`,
    `<dc:rights>${alternatives(['x-default', '© 2022 Agency'])}</dc:rights>`,
    `<xmpRights:UsageTerms>${alternatives(['x-default', 'Editorial &amp; news only.'])}</xmpRights:UsageTerms>`,
    `<Iptc4xmpCore:AltTextAccessibility>${alternatives(['x-default', 'Two men walk.'])}</Iptc4xmpCore:AltTextAccessibility>`,
    '<plus:ImageSupplier><rdf:Seq><rdf:li rdf:parseType="Resource"><plus:ImageSupplierName>Pool</plus:ImageSupplierName></rdf:li></rdf:Seq></plus:ImageSupplier>',
    '<photoshop:DateCreated>2022-12-19T17:05:00+03:00</photoshop:DateCreated>',
    '<Iptc4xmpCore:Location>Palace of Independence</Iptc4xmpCore:Location>',
  ].join(''),
  'photoshop:Credit="Jane Doe/Agency" photoshop:City="Minsk" photoshop:Country="Belarus"',
);

describe('the words of a picture', () => {
  it('are read from XMP, as elements, attributes, lists and structures', () => {
    expect(ofXmp(everything)).toEqual({
      alt: 'Two men walk.',
      caption: 'An arrival.',
      creditLine: 'Jane Doe/Agency',
      photographer: 'Jane Doe, John Roe',
      agency: 'Pool',
      copyrightNotice: '© 2022 Agency',
      usageTerms: 'Editorial & news only.',
      takenAt: '2022-12-19T14:05:00.000Z',
      location: 'Palace of Independence, Minsk, Belarus',
    });
  });

  it('are told by the names of namespaces, whatever their prefixes', () => {
    const packet = xmpPacket('<q:ImageSupplierName>Pool</q:ImageSupplierName>', '', 'q');
    expect(ofXmp(packet)).toEqual({ agency: 'Pool' });
    expect(ofXmp('<a xmlns:photoshop="urn:other" photoshop:Credit="No one"/>')).toEqual({});
  });

  it('are read from IIM, in UTF-8 that is said, in UTF-8 that is not, and as Windows writes it', () => {
    expect(
      ofIim(inUtf8, record(2, 120, 'Ein Händedruck.'), record(2, 80, 'Jane Doe'), record(2, 80, 'John Roe')),
    ).toEqual({
      caption: 'Ein Händedruck.',
      photographer: 'Jane Doe, John Roe',
    });
    expect(ofIim(record(2, 110, 'Škoda/AP'))).toEqual({ creditLine: 'Škoda/AP' });
    expect(ofIim(record(2, 110, Buffer.from('H\xe4nde \x96 AP', 'latin1')))).toEqual({ creditLine: 'Hände – AP' });
    expect(
      ofIim(record(2, 90, 'Minsk'), record(2, 101, 'Belarus'), record(2, 116, '© A'), record(2, 115, 'AP')),
    ).toEqual({
      location: 'Minsk, Belarus',
      copyrightNotice: '© A',
      agency: 'AP',
    });
    expect(ofIim(record(2, 55, '20221219'), record(2, 60, '170500+0300'))).toEqual({
      takenAt: '2022-12-19T14:05:00.000Z',
    });
  });

  it('are those of XMP where both have them', () => {
    const iptc = photoshopResources(record(2, 110, 'Old'), record(2, 120, 'Only here.'));
    const xmpAsString = xmpPacket('<photoshop:Credit>New</photoshop:Credit>');
    expect(wordsIn({ iptc, xmpAsString })).toEqual({ creditLine: 'New', caption: 'Only here.' });
  });

  it('are left out where nobody can know what they mean: a time without a zone', () => {
    expect(ofXmp(xmpPacket('<photoshop:DateCreated>2022-12-19T17:05:00</photoshop:DateCreated>'))).toEqual({});
    expect(ofXmp(xmpPacket('<photoshop:DateCreated>2022-12-19</photoshop:DateCreated>'))).toEqual({});
    expect(ofIim(record(2, 55, '20221219'))).toEqual({});
    expect(ofIim(record(2, 55, '20221399'), record(2, 60, '170500+0300'))).toEqual({});
  });

  it('are made fit to be kept: lines of one line, no control characters, no longer than they may be', () => {
    const long = 'x'.repeat(400);
    expect(ofIim(record(2, 110, `  A\r\n\u0007 credit  `), record(2, 120, 'One.\r\nTwo.\u0000'))).toEqual({
      creditLine: 'A credit',
      caption: 'One.\nTwo.',
    });
    expect(ofIim(record(2, 110, long)).creditLine).toBe(`${'x'.repeat(299)}…`);
    expect(ofIim(record(2, 110, '   '))).toEqual({});
  });

  it('are none when they cannot be read, whatever is wrong', () => {
    const bomb = `<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]>${xmpPacket('<photoshop:Credit>&c;</photoshop:Credit>')}`;
    const deep = `${'<a>'.repeat(50_000)}${'</a>'.repeat(50_000)}`;
    for (const packet of ['', '<', 'no xml', bomb, deep, 'x'.repeat(2_000_000)]) expect(ofXmp(packet)).toEqual({});
    const cut = photoshopResources(record(2, 110, 'A credit'));
    for (let length = 0; length < cut.length; length++)
      expect(() => wordsIn({ iptc: cut.subarray(0, length) })).not.toThrow();
    const lying = record(2, 110, 'A credit');
    lying.writeUInt16BE(0xfff0, 3);
    expect(ofIim(lying)).toEqual({});
  });

  it('are none of a file that has more to read than words, and to find that out takes no longer', () => {
    const filled = (filling: string) => ofXmp(xmpPacket(`<photoshop:Credit>A credit</photoshop:Credit>${filling}`));
    expect(filled('<a/>'.repeat(2000))).toEqual({ creditLine: 'A credit' });
    expect(filled('<a/>'.repeat(200_000))).toEqual({});
    expect(filled(`<a ${Array.from({ length: 60_000 }, (_, i) => `a${i}=""`).join(' ')}/>`)).toEqual({});
    expect(ofXmp(`${xmpPacket('')}${'\0'.repeat(900_000)}x`)).toEqual({});
    const empty = Buffer.concat(Array(60_000).fill(record(2, 80, '')));
    expect(ofIim(record(2, 110, 'A credit'), empty)).toEqual({ creditLine: 'A credit' });
    expect(ofIim(empty, record(2, 110, 'A credit'))).toEqual({});
  });
});
