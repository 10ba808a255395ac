/**
 * One way in which a thing is not as the roles wish it, made by plain shell: no code of the resources that are to find
 * and mend it.
 */
export interface Injection {
  readonly what: string
  /** What it is about: of two about the same thing only one is made at a time. */
  readonly about: readonly string[]
  /** Prints how the thing stands, by the host's own programs. The truth by which the run's own account is judged. */
  readonly look: string
  readonly script: string
  /**
   * What a run is to do about it. `mended`: the thing stands as before. `left`: it is nobody's wish, and stands as it was
   * left. `refused`: check and run end with the same error, and then it is taken back by `undo`.
   */
  readonly becomes: 'mended' | 'left' | 'refused'
  /** Of what is not mended. */
  readonly undo?: string
}

/** Makes one, of the many of its sort. */
export type Draw = (random: () => number) => Injection

export const oneOf = <T>(all: readonly T[], random: () => number): T => {
  const one = all[Math.floor(random() * all.length)]
  if (one === undefined) throw new Error('there is none to choose from')
  return one
}

/**
 * So many, in a random order, none about the same thing as another. What is refused ends a run before it comes to all the
 * others, so it is made alone.
 */
export function someOf(draws: readonly Draw[], count: number, random: () => number): readonly Injection[] {
  const chosen: Injection[] = []
  // Of things that exclude each other there may be fewer than are asked for.
  for (let tries = 0; chosen.length < count && tries < 50 * count; tries++) {
    const one = oneOf(draws, random)(random)
    if (one.becomes === 'refused') {
      if (chosen.length === 0) return [one]
      continue
    }
    if (!chosen.some(({ about }) => about.some(thing => one.about.includes(thing)))) chosen.push(one)
  }
  // Those that apt takes part in come first: it does nothing on a host whose sources others have spoilt.
  const byApt = ({ script }: Injection): boolean => /\bapt-(get|mark)\b/.test(script)
  return [...chosen.filter(byApt), ...chosen.filter(one => !byApt(one))]
}

/** How each of them stands: one answer each, as the host prints it. */
export type Looks = readonly string[]

const mark = '#= '

/** A script that looks at all of them. A thing that is not there is an answer, too. */
export const lookAt = (injections: readonly Injection[]): string =>
  injections.map(({ look }) => `echo '${mark}'\n(\n${look}\n) 2>&1 || :`).join('\n')

export const readLooks = (output: string): Looks =>
  `\n${output}`
    .split(`\n${mark}`)
    .slice(1)
    .map(answer => answer.trim())
