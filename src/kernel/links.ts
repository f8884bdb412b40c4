// Whether an address, right by its form, can lead a reader anywhere.
import { BlockList, isIP } from 'node:net';

/** Networks that are not of the public internet (IANA special-purpose registries). */
const privateNetworks = new BlockList();
const subnets = {
  ipv4: [
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '224.0.0.0/3',
  ],
  ipv6: ['::/128', '::1/128', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
} as const;
for (const family of ['ipv4', 'ipv6'] as const) {
  for (const subnet of subnets[family]) {
    const [network = '', bits] = subnet.split('/');
    privateNetworks.addSubnet(network, Number(bits), family);
  }
}

/** Names that end so are of no public site (RFC 6761, RFC 6762, RFC 8375, ICANN). Names for examples and tests are let be. */
const privateNames = /(^|\.)(localhost|local|internal|invalid|lan|home|corp|home\.arpa)$/;

/** What is wrong with an https, http or mailto address; undefined when a reader can follow it. */
export function linkFault(href: string): string | undefined {
  const url = URL.parse(href);
  if (!url) return 'is not an address';
  if (url.protocol === 'mailto:') return mailFault(url);
  if (url.username !== '' || url.password !== '') return 'gives away a user name or password';
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const version = isIP(host);
  if (version !== 0) {
    return privateNetworks.check(host, version === 4 ? 'ipv4' : 'ipv6')
      ? `leads to ${host}, which is no address of the public internet`
      : undefined;
  }
  if (privateNames.test(host)) return `leads to ${host}, which is no name of the public internet`;
  return isDomain(host) ? undefined : `leads to ${JSON.stringify(host)}, which is no name of a site`;
}

/** A domain name with at least two parts. */
function isDomain(host: string): boolean {
  const labels = host.split('.');
  return labels.length > 1 && labels.every((label) => label !== '' && label.length <= 63);
}

/** RFC 6068: the mailboxes stand in the path and in `to`. */
function mailFault({ pathname, searchParams }: URL): string | undefined {
  const mailboxes = [pathname, ...searchParams.getAll('to')].join(',').split(',').map(decoded);
  const given = mailboxes.filter((mailbox) => mailbox !== '');
  if (given.length === 0) return 'names nobody to write to';
  const wrong = given.find((mailbox) => !isMailbox(mailbox));
  return wrong === undefined ? undefined : `leads to ${JSON.stringify(wrong)}, which is no mail address`;
}

function isMailbox(mailbox: string): boolean {
  const at = mailbox.lastIndexOf('@');
  const host = mailbox.slice(at + 1).toLowerCase();
  return at > 0 && !/[\s,<>]/.test(mailbox) && isDomain(host) && !privateNames.test(host);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text).trim();
  } catch {
    return text.trim();
  }
}
