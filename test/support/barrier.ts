/** Has those who come to it wait until it is opened; it is open at first. */
export class Barrier {
  #opened = Promise.resolve();
  open = () => {};

  close(): void {
    this.#opened = new Promise((resolve) => {
      this.open = resolve;
    });
  }

  passed(): Promise<void> {
    return this.#opened;
  }
}
