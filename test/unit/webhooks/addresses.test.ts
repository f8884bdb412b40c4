import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { faultOf, guardedLookup, isPublicAddress, lookingUpTogether } from '../../../src/webhooks/addresses.js';

describe('an address of the public internet', () => {
  it.each(['8.8.8.8', '93.184.215.14', '2606:4700:4700::1111', '2a00:1450:4001:80b::200e'])('is %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    ['this network', '0.0.0.0'],
    ['a private network', '10.1.2.3'],
    ['a private network', '172.16.0.1'],
    ['a private network', '192.168.0.1'],
    ['a carrier’s network', '100.64.0.1'],
    ['loopback', '127.255.0.1'],
    ['link-local, where clouds keep their secrets', '169.254.169.254'],
    ['protocol assignments', '192.0.0.8'],
    ['documentation', '203.0.113.7'],
    ['benchmarks', '198.18.0.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['unique local', 'fd00::1'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['IPv4 in IPv6', '::ffff:8.8.8.8'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['a network’s own NAT64', '64:ff9b:1::7f00:1'],
    ['6to4', '2002:7f00:1::'],
    ['Teredo', '2001:0:53aa:64c::1'],
    ['documentation', '2001:db8::1'],
    ['discard-only', '100::1'],
    ['no address', 'localhost'],
  ])('is not one of %s: %s', (_what, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('an address to send to', () => {
  const codeOf = (url: string, hosts: string[] = []) => faultOf(new URL(url), hosts)?.code;

  it.each(['https://127.1/', 'https://2130706433/', 'https://0x7f.1/', 'https://017700000001/', 'https://127.0.0.1./'])(
    'is refused however it is written: %s',
    (url) => {
      expect(codeOf(url)).toBe('private_address');
    },
  );

  it('is allowed by its name alone, in any writing, and then by http too', () => {
    expect(codeOf('http://Receiver.Internal:4000/', ['receiver.internal'])).toBeUndefined();
    expect(codeOf('http://receiver.internal./', ['Receiver.internal'])).toBeUndefined();
    expect(codeOf('http://[::1]:4000/', ['::1'])).toBeUndefined();
    expect(codeOf('http://other.receiver.internal/', ['receiver.internal'])).toBe('https_required');
    expect(codeOf('https://10.0.0.2/', ['10.0.0.1'])).toBe('private_address');
    expect(codeOf('http://a:b@receiver.internal/', ['receiver.internal'])).toBe('credentials');
  });
});

describe('the lookup of a connection', () => {
  /** What a connection to the host would be made to, if its name led to these addresses. */
  function lookedUp(addresses: string[], hosts: string[] = [], all = false) {
    const found: LookupAddress[] = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    let asked = 0;
    const lookup = guardedLookup(new URL('https://news.example/'), hosts, (_name, _options, callback) => {
      asked += 1;
      callback(null, found);
    });
    return new Promise<unknown>((resolve) => {
      lookup('news.example', { all }, (error, address) => resolve(error ? error.name : { address, asked }));
    });
  }

  it('gives what was looked at, looked up once', async () => {
    expect(await lookedUp(['8.8.8.8'])).toEqual({ address: '8.8.8.8', asked: 1 });
    const both = [
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1', family: 6 },
    ];
    expect(await lookedUp(['8.8.8.8', '2606:4700::1'], [], true)).toEqual({ address: both, asked: 1 });
  });

  it('refuses a name of which any address is not public, unless the name is allowed', async () => {
    expect(await lookedUp(['8.8.8.8', '127.0.0.1'], [], true)).toBe('AddressRefused');
    expect(await lookedUp(['8.8.8.8', '10.0.0.1'])).toBe('AddressRefused');
    expect(await lookedUp(['10.0.0.1'], ['news.example'])).toEqual({ address: '10.0.0.1', asked: 1 });
    expect(await lookedUp([])).toBe('Error');
  });
});

describe('names that are looked up at once', () => {
  it('are asked for once each, and all who asked are told, again when that is over', () => {
    const asked: [string, (addresses: LookupAddress[]) => void][] = [];
    const told: string[] = [];
    const lookUp = lookingUpTogether((name, _options, callback) => {
      asked.push([name, (addresses) => callback(null, addresses)]);
    });
    const ask = (name: string, by: string) =>
      lookUp(name, { all: true }, (_error, [first]) => told.push(`${by} ${first?.address}`));
    ask('slow.example', 'one');
    ask('slow.example', 'two');
    ask('quick.example', 'three');
    expect(asked.map(([name]) => name)).toEqual(['slow.example', 'quick.example']);
    asked[1]?.[1]([{ address: '8.8.8.8', family: 4 }]);
    asked[0]?.[1]([{ address: '10.0.0.1', family: 4 }]);
    expect(told).toEqual(['three 8.8.8.8', 'one 10.0.0.1', 'two 10.0.0.1']);
    ask('slow.example', 'four');
    asked[2]?.[1]([{ address: '8.8.4.4', family: 4 }]);
    expect(told.at(-1)).toBe('four 8.8.4.4');
  });
});
