/** Goes over nodes, of which some are read together. */
export class Cursor<Node> {
  readonly #nodes: readonly Node[];
  #at = 0;

  constructor(nodes: readonly Node[]) {
    this.#nodes = nodes;
  }

  peek(): Node | undefined {
    return this.#nodes[this.#at];
  }

  next(): Node | undefined {
    const node = this.peek();
    this.#at += 1;
    return node;
  }
}
