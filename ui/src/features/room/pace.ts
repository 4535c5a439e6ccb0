/**
 * How fast a list is passed. Rows that go by faster than two screens in each of several frames cannot be read: drawing
 * and fetching them would only keep the ones from coming on which it stops. A single jump is no flight.
 */
export class Pace {
  #first = 0;
  #far = 0;

  /** Notes the first row in sight and how many are; answers whether they fly by. */
  flies(first: number, inSight: number): boolean {
    this.#far = Math.abs(first - this.#first) > 2 * inSight ? this.#far + 1 : 0;
    this.#first = first;
    return this.#far > 1;
  }
}

/** So long after the last row flew by, the ones in sight are drawn, in milliseconds. */
export const settling = 100;
