// What can be done to a newsroom, as commands of fast-check: each picks what it is done to, and holds the server to the model after it.
import fc from 'fast-check';
import type { Newsroom, Real } from './newsroom.js';

/** What comes after every act: holding the server to the model. */
export type Hold = (newsroom: Newsroom, real: Real) => Promise<void>;

export type Step = fc.Arbitrary<Act>;

/** Something that may be done to a newsroom. */
interface Act extends fc.AsyncCommand<Newsroom, Real> {
  name: string;
  check(newsroom: Readonly<Newsroom>): boolean;
}

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

class Command<Thing, Parameters> implements Act {
  readonly name: string;
  readonly #deed: Deed<Thing, Parameters>;
  readonly #which: number;
  readonly #parameters: Parameters;

  constructor(deed: Deed<Thing, Parameters>, which: number, parameters: Parameters) {
    this.name = deed.name;
    this.#deed = deed;
    this.#which = which;
    this.#parameters = parameters;
  }

  check = (newsroom: Readonly<Newsroom>): boolean => this.#deed.among(newsroom).length > 0;
  toString = (): string => `${this.name} ${this.#which} ${JSON.stringify(this.#parameters) ?? ''}`.trim();

  async run(newsroom: Newsroom, real: Real): Promise<void> {
    const { among, act, holds } = this.#deed;
    const things = among(newsroom);
    await act(things[this.#which % things.length] as Thing, this.#parameters, newsroom, real);
    real.done.set(this.name, timesDone(real, this) + 1);
    for (const hold of holds) await hold(newsroom, real);
  }
}

const timesDone = ({ done }: Real, { name }: Act): number => done.get(name) ?? 0;

/** What can be done of some acts; of these the one that was done least often, so that what is seldom possible is done when it is. */
class Choice implements fc.AsyncCommand<Newsroom, Real> {
  readonly #acts: readonly Act[];
  #chosen: Act | undefined;

  constructor(acts: readonly Act[]) {
    this.#acts = acts;
  }

  check = (newsroom: Readonly<Newsroom>): boolean => this.#acts.some((act) => act.check(newsroom));
  toString = (): string => String(this.#chosen ?? this.#acts.join(' or '));

  async run(newsroom: Newsroom, real: Real): Promise<void> {
    const [chosen] = this.#acts
      .filter((act) => act.check(newsroom))
      .sort((a, b) => timesDone(real, a) - timesDone(real, b));
    this.#chosen = chosen;
    await chosen?.run(newsroom, real);
  }
}

/** An event in the life of a newsroom: one of some steps. */
export function choiceOf(steps: readonly Step[]): fc.Arbitrary<fc.AsyncCommand<Newsroom, Real>> {
  return fc.array(fc.oneof(...steps), { minLength: 4, maxLength: 4 }).map((acts) => new Choice(acts));
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
