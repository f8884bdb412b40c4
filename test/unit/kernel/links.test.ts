import { describe, expect, it } from 'vitest';
import { linkFault } from '../../../src/kernel/links.js';

describe('an address', () => {
  it.each([
    'https://copydesk.example/about',
    'http://www.example.com:8080/a?b=c#d',
    'https://bücher.example/',
    'https://пример.example/',
    'https://203.0.113.7/',
    'https://[2001:db8::7]/',
    'https://a.b.c.example./',
    'https://localhost.example/',
    'https://internal.example.com/',
    'mailto:desk@copydesk.example',
    'mailto:desk@copydesk.example?subject=About%20it',
    'mailto:a@copydesk.example,b@copydesk.example',
    'mailto:?to=desk%40copydesk.example',
    'mailto:jane%2Bnews@copydesk.example',
  ])('that readers can follow is let be: %s', (href) => {
    expect(linkFault(href)).toBeUndefined();
  });

  it.each([
    ['http://localhost/', 'no name of the public internet'],
    ['http://localhost:3000/story', 'no name of the public internet'],
    ['https://cms.localhost/', 'no name of the public internet'],
    ['https://printer.local/', 'no name of the public internet'],
    ['https://wiki.corp/', 'no name of the public internet'],
    ['https://router.home.arpa/', 'no name of the public internet'],
    ['https://db.internal./', 'no name of the public internet'],
    ['https://todo', 'no name of a site'],
    ['https://www./', 'no name of a site'],
    ['https://...', 'no name of a site'],
    ['https://a..example/', 'no name of a site'],
    ['http://127.0.0.1/', 'no address of the public internet'],
    ['http://2130706433/', 'no address of the public internet'],
    ['http://0x7f.1/', 'no address of the public internet'],
    ['http://10.1.2.3/', 'no address of the public internet'],
    ['http://172.31.0.1/', 'no address of the public internet'],
    ['http://192.168.0.1/', 'no address of the public internet'],
    ['http://169.254.169.254/', 'no address of the public internet'],
    ['http://100.64.0.1/', 'no address of the public internet'],
    ['http://[::1]/', 'no address of the public internet'],
    ['http://239.1.2.3/', 'no address of the public internet'],
    ['http://[fd00::1]/', 'no address of the public internet'],
    ['http://[::ffff:127.0.0.1]/', 'no address of the public internet'],
    ['https://jane:secret@copydesk.example/', 'user name or password'],
    ['https://copydesk.example@other.example/', 'user name or password'],
    ['mailto:', 'nobody to write to'],
    ['mailto:?subject=Hello', 'nobody to write to'],
    ['mailto:jane', 'no mail address'],
    ['mailto:@copydesk.example', 'no mail address'],
    ['mailto:jane@localhost', 'no mail address'],
    ['mailto:jane%20doe@copydesk.example', 'no mail address'],
    ['mailto:jane@copydesk.example,nobody', 'no mail address'],
    ['https://', 'not an address'],
  ])('that leads nowhere is told of: %s', (href, fault) => {
    expect(linkFault(href)).toContain(fault);
  });

  it('that the special-purpose networks end before is let be', () => {
    for (const host of ['11.0.0.1', '172.32.0.1', '172.15.255.255', '192.169.0.1', '100.128.0.1', '223.255.255.1'])
      expect([host, linkFault(`http://${host}/`)]).toEqual([host, undefined]);
  });
});
