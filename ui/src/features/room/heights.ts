/**
 * Where each of very many rows of unequal height lies. Rows that were never seen count as high as most are; what is
 * measured replaces the guess. Every question is answered in O(log n), so that 100 000 rows cost no more than 100.
 */
export class Heights {
  readonly count: number;
  readonly #row: number;
  readonly #head: number;
  /** Rows that carry a heading, ascending. */
  readonly #heads: readonly number[];
  readonly #measured = new Map<number, number>();
  /** Differences between measured and guessed heights, summed in a binary indexed tree. */
  readonly #tree: Float64Array;

  constructor(count: number, row: number, head: number, heads: readonly number[]) {
    this.count = count;
    this.#row = row;
    this.#head = head;
    this.#heads = heads;
    this.#tree = new Float64Array(count + 1);
  }

  /** Height of a row, measured or guessed. */
  of(index: number): number {
    return this.#measured.get(index) ?? this.#guess(index);
  }

  /** Notes what a row really is; answers by how much that differs from what was believed. */
  measure(index: number, height: number): number {
    const change = height - this.of(index);
    if (index < 0 || index >= this.count || Math.abs(change) < 0.5) return 0;
    this.#measured.set(index, height);
    for (let at = index + 1; at <= this.count; at += at & -at)
      this.#tree[at] = (this.#tree[at] ?? 0) + change;
    return change;
  }

  /** Distance of a row from the top of the list. */
  top(index: number): number {
    const bounded = Math.min(Math.max(index, 0), this.count);
    let sum = bounded * this.#row + this.#headsBefore(bounded) * this.#head;
    for (let at = bounded; at > 0; at -= at & -at) sum += this.#tree[at] ?? 0;
    return sum;
  }

  get total(): number {
    return this.top(this.count);
  }

  /** The row that covers a distance from the top. */
  at(distance: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.top(middle) <= distance) low = middle;
      else high = middle - 1;
    }
    return Math.max(low, 0);
  }

  #guess(index: number): number {
    return this.#row + (this.hasHead(index) ? this.#head : 0);
  }

  hasHead(index: number): boolean {
    return this.#heads[this.#headsBefore(index)] === index;
  }

  /** How many headings stand before a row. */
  #headsBefore(index: number): number {
    let low = 0;
    let high = this.#heads.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#heads[middle] ?? Number.POSITIVE_INFINITY) < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
