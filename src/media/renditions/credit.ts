// Credit and copyright as XMP, which go out with every rendition as the IPTC Photo Metadata Standard has them.
import { toXml } from 'xast-util-to-xml';
import { x } from 'xastscript';

/** Characters that no XML document can have (XML 1.0, 2.2). */
const impossible = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** The packet; undefined when there is nothing to say. */
export function creditXmp(creditLine: string | null, copyrightNotice: string | null): string | undefined {
  if (creditLine === null && copyrightNotice === null) return undefined;
  const description = x(
    'rdf:Description',
    {
      'rdf:about': '',
      'xmlns:dc': 'http://purl.org/dc/elements/1.1/',
      'xmlns:photoshop': 'http://ns.adobe.com/photoshop/1.0/',
    },
    [
      creditLine === null ? null : x('photoshop:Credit', creditLine),
      copyrightNotice === null
        ? null
        : x('dc:rights', [x('rdf:Alt', [x('rdf:li', { 'xml:lang': 'x-default' }, copyrightNotice)])]),
    ],
  );
  const packet = x(
    'x:xmpmeta',
    { 'xmlns:x': 'adobe:ns:meta/' },
    x('rdf:RDF', { 'xmlns:rdf': 'http://www.w3.org/1999/02/22-rdf-syntax-ns#' }, [description]),
  );
  const begin = '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>';
  return `${begin}${toXml(packet).replaceAll(impossible, '')}<?xpacket end="r"?>`;
}
