/** OpenSSH's patterns: `*` is any text, `?` any character; nothing else is special. */
export const globPattern = (pattern: string, flags = ''): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*+/g, '.*')
      .replaceAll('?', '.')}$`,
    `s${flags}`,
  )

/** Whether one of the patterns fits and none that begins with `!` does. */
export function matchesSome(patterns: readonly string[], text: string, flags = ''): boolean {
  let matched = false
  for (const pattern of patterns) {
    if (pattern.startsWith('!') && globPattern(pattern.slice(1), flags).test(text)) return false
    matched ||= !pattern.startsWith('!') && globPattern(pattern, flags).test(text)
  }
  return matched
}
