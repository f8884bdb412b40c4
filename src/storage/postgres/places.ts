// Where the server is: at one address, or at one of several, of which it is the one that can be written to.

/** What may be told of an address, which may have a password in it: its hosts and the name of the database. */
export function placeOf(url: string): string {
  return /^[^:]+:\/\/(?:[^/]*@)?([^?]*)/.exec(url)?.[1] ?? '';
}

/** The addresses of one server and those that may take its place, as libpq writes them: `postgres://user@one:5432,other:5432/name`. */
export class Places {
  readonly #urls: readonly string[];
  #current = 0;

  constructor(url: string) {
    const [, start = '', hosts = '', rest = ''] = /^(postgres(?:ql)?:\/\/(?:[^/]*@)?)([^/]*)(.*)$/.exec(url) ?? [];
    this.#urls = hosts.split(',').map((host) => `${start}${host}${rest}`);
  }

  /** Where it is, as far as is known. */
  get url(): string {
    return this.#urls[this.#current] ?? '';
  }

  get count(): number {
    return this.#urls.length;
  }

  /** Says that it is not at an address. The next is tried then, unless somebody has said so before. */
  leave(url: string): void {
    if (url === this.url) this.#current = (this.#current + 1) % this.#urls.length;
  }
}
