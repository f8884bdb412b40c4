// What can be done to a newsroom, as commands of fast-check: each picks what it is done to, and holds the server to the model after it.
import fc from 'fast-check';
import type { Newsroom, Real } from './newsroom.js';

/** What comes after every act: holding the server to the model. */
export type Hold = (newsroom: Newsroom, real: Real) => Promise<void>;

export type Step = fc.Arbitrary<fc.AsyncCommand<Newsroom, Real>>;

/** A part of the newsroom: what can be done to it, and what must hold of it. */
export interface Area {
  steps: Step[];
  requireAsModelled: Hold;
}

interface Deed<Thing, Parameters> {
  name: string;
  /** The things that it can be done to now; it is left out when there are none. */
  among(newsroom: Newsroom): readonly Thing[];
  parameters: fc.Arbitrary<Parameters>;
  act(thing: Thing, parameters: Parameters, newsroom: Newsroom, real: Real): Promise<void>;
  holds: readonly Hold[];
}

class Command<Thing, Parameters> implements fc.AsyncCommand<Newsroom, Real> {
  readonly #deed: Deed<Thing, Parameters>;
  readonly #which: number;
  readonly #parameters: Parameters;

  constructor(deed: Deed<Thing, Parameters>, which: number, parameters: Parameters) {
    this.#deed = deed;
    this.#which = which;
    this.#parameters = parameters;
  }

  check = (newsroom: Readonly<Newsroom>): boolean => this.#deed.among(newsroom).length > 0;
  toString = (): string => `${this.#deed.name} ${this.#which} ${JSON.stringify(this.#parameters) ?? ''}`.trim();

  async run(newsroom: Newsroom, real: Real): Promise<void> {
    const { among, act, holds } = this.#deed;
    const things = among(newsroom);
    await act(things[this.#which % things.length] as Thing, this.#parameters, newsroom, real);
    real.events += 1;
    for (const hold of holds) await hold(newsroom, real);
  }
}

/** Makes the steps of an area, each of which is followed by the same holds. */
export function stepsHeldBy(...holds: Hold[]) {
  return <Thing, Parameters>(
    name: string,
    among: (newsroom: Newsroom) => readonly Thing[],
    parameters: fc.Arbitrary<Parameters>,
    act: Deed<Thing, Parameters>['act'],
  ): Step =>
    fc
      .tuple(fc.nat({ max: 5 }), parameters)
      .map(([which, chosen]) => new Command({ name, among, parameters, act, holds }, which, chosen));
}

/** For what is done to nothing in particular. */
export const always = (): readonly undefined[] => [undefined];
export const nothing: fc.Arbitrary<undefined> = fc.constant(undefined);
