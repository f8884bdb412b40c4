// Who asks too often, and what every client is told of what it has left (draft-ietf-httpapi-ratelimit-headers-11).
import type { FastifyReply, FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { type Allowance, Quota, windowSeconds } from '../access/quota.js';
import type { AccessService } from '../access/service.js';
import type { Actor } from '../kernel/actor.js';
import type { Clock } from '../kernel/clock.js';
import { DomainError } from '../kernel/errors.js';

export interface RateLimitSettings {
  /** Requests of a key to the Management API, a minute; 0 for as many as it likes. */
  perKey: number;
  /** Requests of an address to the Delivery API, a minute; 0 for as many as it likes. */
  perAddress: number;
  /** Wrong keys from an address, a minute, before no key is looked at; 0 for as many as it likes. */
  failedKeys: number;
}

export type RateLimits = ReturnType<typeof rateLimits>;

export function rateLimits(access: AccessService, clock: Clock, settings: RateLimitSettings) {
  const quota = (name: string, max: number) => (max > 0 ? new Quota(name, max, clock) : undefined);
  const perKey = quota('key', settings.perKey);
  const perAddress = quota('address', settings.perAddress);
  const failedKeys = quota('failed-keys', settings.failedKeys);

  /**
   * Who sends a request. From an address that tried too many wrong keys none is looked at, so that nobody can go on guessing.
   * @throws `unauthorized`, `quota_exceeded`
   */
  async function authenticate(request: FastifyRequest, reply: FastifyReply): Promise<Actor> {
    const { authorization } = request.headers;
    if (authorization === undefined || failedKeys === undefined) return access.authenticate(authorization);
    const address = networkOf(request.ip);
    const left = failedKeys.look(address);
    if (left.isExceeded)
      throw refusal(reply, failedKeys, left, 'This address has sent too many keys that are not valid.');
    try {
      return await access.authenticate(authorization);
    } catch (error) {
      if (error instanceof DomainError && error.code === 'unauthorized')
        tell(reply, failedKeys, failedKeys.take(address));
      throw error;
    }
  }

  /** The same for the Management API, whose requests are counted by key. @throws `unauthorized`, `quota_exceeded` */
  async function admit(request: FastifyRequest, reply: FastifyReply): Promise<Actor> {
    const actor = await authenticate(request, reply);
    if (perKey === undefined) return actor;
    const left = perKey.take(actor.key ?? '');
    if (left.isExceeded) throw refusal(reply, perKey, left, 'This key has sent too many requests.');
    tell(reply, perKey, left);
    return actor;
  }

  /** Counts a reader, if readers are limited: why it is refused, if it is. Others are told nothing: their answers are for caches. */
  const countReader =
    perAddress &&
    ((request: FastifyRequest, reply: FastifyReply): DomainError | undefined => {
      const left = perAddress.take(networkOf(request.ip));
      return left.isExceeded ? refusal(reply, perAddress, left, 'This address has sent too many requests.') : undefined;
    });

  return { authenticate, admit, countReader };
}

function tell(reply: FastifyReply, { name, max }: Quota, { remaining, seconds }: Allowance): void {
  reply.header('ratelimit-policy', `"${name}";q=${max};w=${windowSeconds}`);
  reply.header('ratelimit', `"${name}";r=${remaining};t=${seconds}`);
}

function refusal(reply: FastifyReply, quota: Quota, left: Allowance, what: string): DomainError {
  tell(reply, quota, left);
  reply.header('retry-after', String(left.seconds));
  return new DomainError('quota_exceeded', `${what} Try again in ${left.seconds} s.`, {
    members: { 'violated-policies': [quota.name] },
  });
}

/** What a client is counted by: its IPv4 address, or the network of its IPv6 address, since whoever has one has all of that. */
function networkOf(address: string): string {
  if (!address.includes(':') || !ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4' ? parsed.toString() : (parsed as ipaddr.IPv6).parts.slice(0, 4).join(':');
}
