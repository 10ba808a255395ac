import type { Failure } from '../../report/events.ts'

/** A program of somebody else's that makes hosts: what is to be known of it to call it, and to explain what it says. */
export interface Tool {
  /** As it is called: `multipass`. */
  readonly name: string
  /** Folders beside those of PATH where its installers put it. */
  readonly elsewhere: readonly string[]
  /** The oldest version that has what we use, and what that is. */
  readonly oldest: { readonly version: string; readonly for: string }
  /** How to get it, as a sentence. */
  readonly install: string
  /** What to do where it does not answer, as a sentence. */
  readonly whenSilent: string
  /** What to do about what it complains of; the first that fits its last words. */
  readonly explains: readonly Explanation[]
}

export interface Explanation {
  readonly when: RegExp
  readonly next: string
}

/** `1.14.0+mac` against `1.11`: by the numbers between dots. What is no version is not older. */
export function isOlder(version: string, oldest: string): boolean {
  const [are, should] = [version, oldest].map(text => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number))
  if (!/^\d+\.\d+/.test(version) || !are || !should) return false
  for (const [index, number] of should.entries()) {
    const own = are[index] ?? 0
    if (own !== number) return own < number
  }
  return false
}

export const toolMissing = ({ name, install }: Tool): Failure => ({
  code: 'tool-missing',
  message: `${name} is not installed on this machine`,
  place: 'this machine',
  cause: `there is no program ${name} in the folders of PATH, nor where its installers put it`,
  next: install,
})

export const toolTooOld = ({ name, oldest, install }: Tool, version: string): Failure => ({
  code: 'tool-too-old',
  message: `${name} ${version} is too old`,
  place: 'this machine',
  cause: `${oldest.for} came with ${oldest.version}`,
  next: install,
})
