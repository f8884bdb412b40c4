// The headers that whole groups of answers share.

const hardening = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

const anyOrigin = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag, Link, Location, Content-Location, Retry-After, RateLimit, RateLimit-Policy',
} as const;

/** A found public answer: fresh for half a minute, then usable for another half while it is fetched anew. */
export const publicHeaders = Object.freeze({
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'public, max-age=30, stale-while-revalidate=30',
  vary: 'accept-encoding',
  ...hardening,
  ...anyOrigin,
});

/** A public answer that caches may keep, and must ask about each time. */
export const revalidatedHeaders = Object.freeze({ ...publicHeaders, 'cache-control': 'public, no-cache' });
/** Pictures may stand on any page. */
const onAnyPage = { 'cross-origin-resource-policy': 'cross-origin' } as const;

/** A public picture: an hour in browsers, a day where it can be purged. */
export const pictureHeaders = Object.freeze({
  'cache-control': 'public, max-age=3600, s-maxage=86400',
  ...hardening,
  ...anyOrigin,
  ...onAnyPage,
});

/** A picture for who was given its address. */
export const signedPictureHeaders = Object.freeze({
  'cache-control': 'private, max-age=300',
  'x-robots-tag': 'noindex',
  ...hardening,
  ...anyOrigin,
  ...onAnyPage,
});

/** A public answer that may soon be another: not found, gone, moved. */
export const shortLivedHeaders = Object.freeze({ 'cache-control': 'public, max-age=5', ...hardening, ...anyOrigin });

/** A public answer that no cache may keep, such as a refusal. */
export const uncachedPublicHeaders = Object.freeze({ 'cache-control': 'no-store', ...hardening, ...anyOrigin });

/** Events that go on for as long as somebody listens; no proxy is to gather them. The connection serves nothing else afterwards. */
export const streamHeaders = Object.freeze({
  ...uncachedPublicHeaders,
  'content-type': 'text/event-stream; charset=utf-8',
  'x-accel-buffering': 'no',
  connection: 'close',
});

/** What is shown to whoever has a link that is secret: neither kept nor found, and the link is told to nobody. */
export const previewHeaders = Object.freeze({
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'private, no-store',
  'x-robots-tag': 'noindex',
  'referrer-policy': 'no-referrer',
  ...hardening,
  ...anyOrigin,
});

/** Everything behind a key. */
export const managementHeaders = Object.freeze({
  'cache-control': 'private, no-store, no-transform',
  ...hardening,
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
});
