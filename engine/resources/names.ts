/** An absolute path that stands for itself in a report and on one line: normal form, no control characters. */
export function checkPath(path: string): string {
  const normal = /^(\/[^/\0-\x1f\x7f]+)+$/.test(path) && !/\/\.\.?(\/|$)/.test(path)
  if (!normal) throw new TypeError(`not an absolute path in normal form: ${JSON.stringify(path)}`)
  return path
}

/** Refuses what is not the `what` that `pattern` describes, before it reaches a command or a file. */
export function checkName(what: string, name: string, pattern: RegExp): string {
  if (!pattern.test(name)) throw new TypeError(`not a ${what}: ${JSON.stringify(name)}`)
  return name
}

/** An octal mode of four digits, as `0644`. */
export const checkMode = (mode: string): string => checkName('mode of four octal digits', mode, /^[0-7]{4}$/)

/**
 * `user:group`, each a name or a number. With the user alone, the group of the same name or number: what `useradd`
 * makes by default.
 */
export function ownerPair(owner: string | number): string {
  const [user, group] = String(owner).split(':')
  return checkName('owner', `${user}:${group ?? user}`, /^[A-Za-z0-9_][A-Za-z0-9_.-]*:[A-Za-z0-9_][A-Za-z0-9_.-]*$/)
}
