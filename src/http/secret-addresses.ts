// Addresses that hold a secret: the tokens of previews, the signatures of pictures. No log and no problem repeats them.

const secret = /(\/v1\/+preview\/+)[^/?#].*|(\/media\/[^?#]*[?#]).*signature=.*/is;

/** An address as routing reads it, escaped or not; what cannot be read stays. */
function unescaped(url: string): string {
  return url.replaceAll(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

export function holdsSecret(url: string): boolean {
  return secret.test(unescaped(url));
}

/** The address, or what may be told of it. */
export function withoutSecret(url: string): string {
  return holdsSecret(url) ? unescaped(url).replace(secret, '$1$2redacted') : url;
}
