// IPTC IIM 4.2, the records that agencies have written into pictures since before XMP; in JPEG within Photoshop's resources.
import type { FoundWords } from './found-words.js';

/** Photoshop's resource that holds them. */
const resourceId = 0x0404;
const marker = 0x1c;
const utf8 = '\u001b%G';

/** Of a file only so much is looked at; a segment of JPEG has a quarter of that. */
const lengthMax = 256 * 1024;

export function iimIn(bytes: Buffer): FoundWords {
  const records = recordsIn(resourceOf(bytes.subarray(0, lengthMax)));
  const isUtf8 = records.get('1:90')?.[0]?.toString('latin1').includes(utf8) ?? false;
  const all = (name: string) => (records.get(name) ?? []).map((value) => decoded(value, isUtf8).trim()).filter(Boolean);
  const first = (name: string) => all(name)[0];
  const place = ['2:92', '2:90', '2:95', '2:101'].flatMap((name) => first(name) ?? []);
  return {
    caption: first('2:120'),
    creditLine: first('2:110'),
    photographer: all('2:80').join(', '),
    agency: first('2:115'),
    copyrightNotice: first('2:116'),
    takenAt: instantOf(first('2:55'), first('2:60')),
    location: [...new Set(place)].join(', '),
  };
}

/** The part of Photoshop's resources that is IIM; all of it when it stands alone. */
function resourceOf(bytes: Buffer): Buffer {
  for (let at = bytes.indexOf('8BIM', 0, 'latin1'); at >= 0; at = bytes.indexOf('8BIM', at + 4, 'latin1')) {
    if (at + 12 > bytes.length) break;
    const name = bytes.readUInt8(at + 6) + 1;
    const sizeAt = at + 6 + name + (name % 2);
    if (bytes.readUInt16BE(at + 4) !== resourceId || sizeAt + 4 > bytes.length) continue;
    return bytes.subarray(sizeAt + 4, sizeAt + 4 + bytes.readUInt32BE(sizeAt));
  }
  return bytes;
}

/** Values of one data set that are read; more of them no picture has reason to have. */
const valuesMax = 100;

/** The values of each data set, by `record:number`. */
function recordsIn(bytes: Buffer): Map<string, Buffer[]> {
  const records = new Map<string, Buffer[]>();
  let at = 0;
  while (at + 5 <= bytes.length && bytes[at] === marker) {
    const name = `${bytes[at + 1]}:${bytes[at + 2]}`;
    const length = bytes.readUInt16BE(at + 3);
    // Longer values have another form, which none of these fields needs.
    if (length > 0x7fff) break;
    const values = records.get(name) ?? [];
    if (values.length < valuesMax) values.push(bytes.subarray(at + 5, at + 5 + length));
    records.set(name, values);
    at += 5 + length;
  }
  return records;
}

/** Many write UTF-8 and do not say so; what is none is read as Windows writes it. */
function decoded(value: Buffer, isUtf8: boolean): string {
  try {
    return new TextDecoder('utf-8', { fatal: !isUtf8 }).decode(value);
  } catch {
    return new TextDecoder('windows-1252').decode(value);
  }
}

/** `20221219` and `170500+0300`; without a zone nobody knows when it was. */
function instantOf(date = '', time = ''): string | undefined {
  const day = /^(\d{4})(\d\d)(\d\d)$/.exec(date);
  const clock = /^(\d\d)(\d\d)(\d\d)([+-])(\d\d)(\d\d)$/.exec(time);
  if (!day || !clock) return undefined;
  const [hour, minute, second, sign, zoneHour, zoneMinute] = clock.slice(1);
  return `${day.slice(1).join('-')}T${hour}:${minute}:${second}${sign}${zoneHour}:${zoneMinute}`;
}
