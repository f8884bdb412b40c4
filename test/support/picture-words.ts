// Writes words into pictures as agencies do: IPTC's records and XMP.

/** A record of IPTC IIM. */
export function record(number: number, dataSet: number, value: Buffer | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  const head = Buffer.from([0x1c, number, dataSet, bytes.length >> 8, bytes.length & 0xff]);
  return Buffer.concat([head, bytes]);
}

/** Says that the records are in UTF-8. */
export const inUtf8 = record(1, 90, '\u001b%G');

/** The records within Photoshop's resources, behind another one. */
export function photoshopResources(...records: Buffer[]): Buffer {
  const iim = Buffer.concat(records);
  const resource = (id: number, name: string, data: Buffer) => {
    const named = Buffer.from([name.length, ...Buffer.from(name), ...(name.length % 2 === 0 ? [0] : [])]);
    const head = Buffer.alloc(6 + named.length + 4);
    head.write('8BIM', 'latin1');
    head.writeUInt16BE(id, 4);
    named.copy(head, 6);
    head.writeUInt32BE(data.length, 6 + named.length);
    return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
  };
  return Buffer.concat([resource(0x03ed, 'size', Buffer.alloc(16)), resource(0x0404, '', iim)]);
}

/** A JPEG with the records. */
export function withIim(jpeg: Buffer, ...records: Buffer[]): Buffer {
  const data = Buffer.concat([Buffer.from('Photoshop 3.0\0'), photoshopResources(...records)]);
  const head = Buffer.from([0xff, 0xed, (data.length + 2) >> 8, (data.length + 2) & 0xff]);
  return Buffer.concat([jpeg.subarray(0, 2), head, data, jpeg.subarray(2)]);
}

/** An XMP packet with these properties; prefixes may be others than usual. */
export function xmpPacket(properties: string, attributes = '', plus = 'plus'): string {
  return `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
 xmlns:${plus}="http://ns.useplus.org/ldf/xmp/1.0/" ${attributes}>${properties}</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`;
}

export const alternatives = (...items: [string, string][]) =>
  `<rdf:Alt>${items.map(([language, text]) => `<rdf:li xml:lang="${language}">${text}</rdf:li>`).join('')}</rdf:Alt>`;
export const sequence = (...items: string[]) =>
  `<rdf:Seq>${items.map((item) => `<rdf:li>${item}</rdf:li>`).join('')}</rdf:Seq>`;
