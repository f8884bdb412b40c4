// Where webhooks may be sent: by https to addresses of the public internet, and wherever else a setting allows by name.
import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Nothing is sent there. */
export class AddressRefused extends Error {
  override name = 'AddressRefused';
}

/** What is assigned to machines of the public internet (RFC 4291, 2.5.4); everything outside it leads elsewhere. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** Whether this is the address of one machine of the public internet, and no other form of one that is not. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || address.match(globalUnicast);
}

/** The name or address in a URL, without what only a URL has around it. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function isAllowedByName(url: URL, privateHosts: readonly string[]): boolean {
  const host = hostOf(url);
  return privateHosts.some((allowed) => allowed.toLowerCase() === host);
}

/** What is wrong with an address that something is to be sent to, as far as it can be told without looking up its name. */
export function faultOf(url: URL, privateHosts: readonly string[]): { code: string; message: string } | undefined {
  if (url.username !== '' || url.password !== '')
    return { code: 'credentials', message: 'must not hold a name or a password' };
  if (isAllowedByName(url, privateHosts)) return undefined;
  if (url.protocol !== 'https:') return { code: 'https_required', message: 'must be an https address' };
  const host = hostOf(url);
  if (ipaddr.isValid(host) && !isPublicAddress(host))
    return { code: 'private_address', message: 'must lead to an address of the public internet' };
  return undefined;
}

type Resolved = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;
type Resolve = (hostname: string, options: LookupAllOptions, callback: Resolved) => void;

/**
 * Looks a name up once for all who ask meanwhile. Node looks two names up at a time: the messages to a single receiver whose name
 * server does not answer would otherwise keep those to all others from being sent.
 */
export function lookingUpTogether(resolve: Resolve): Resolve {
  const waiting = new Map<string, Resolved[]>();
  return (hostname, options, callback) => {
    const together = waiting.get(hostname);
    if (together) return void together.push(callback);
    const asking = [callback];
    waiting.set(hostname, asking);
    resolve(hostname, options, (error, addresses) => {
      waiting.delete(hostname);
      for (const one of asking) one(error, addresses);
    });
  };
}

const lookUp = lookingUpTogether(lookup);

/**
 * Looks names up for a connection, and refuses those of which any address is not public. The connection is made to what was looked
 * at here: the name is not looked up again.
 */
export function guardedLookup(url: URL, privateHosts: readonly string[], resolve: Resolve = lookUp): LookupFunction {
  const isAllowed = isAllowedByName(url, privateHosts);
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || first === undefined) callback(error ?? new Error(`${hostname} has no address`), '', 0);
      else if (!isAllowed && !addresses.every(({ address }) => isPublicAddress(address)))
        callback(new AddressRefused(`${hostname} leads to an address that is not public`), '', 0);
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
