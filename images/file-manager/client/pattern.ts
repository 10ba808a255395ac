/** Patterns of names as shells have them: `*`, `?`, `[a-z]`, `[!a-z]`; a `\` makes the character after it ordinary. */

export const isPattern = (pattern: string): boolean => /[*?]|\[[^\]]+\]/.test(pattern.replace(/\\./g, ''))

/** Without the backslashes. */
export const plain = (pattern: string): string => pattern.replace(/\\(.)/g, '$1')

/** Whether names match. What begins with a dot is hidden, unless the pattern begins with one too. */
export function matcher(pattern: string): (name: string) => boolean {
  const tokens = pattern.match(/\\.|\[!?\]?[^\]]*\]|[\s\S]/gu) ?? []
  const expression = compiled(tokens.map(expressionOf).join(''))
  const showsHidden = pattern.startsWith('.')
  return name => (showsHidden || !name.startsWith('.')) && (expression?.test(name) ?? name === plain(pattern))
}

/** Undefined for what is no pattern after all: `[z-a]`. */
function compiled(source: string): RegExp | undefined {
  try {
    return new RegExp(`^${source}$`, 'su')
  } catch {
    return undefined
  }
}

function expressionOf(token: string): string {
  if (token === '*') return '.*'
  if (token === '?') return '.'
  if (token.length > 2 && token.startsWith('[')) {
    const not = token.charAt(1) === '!'
    const set = token.slice(not ? 2 : 1, -1)
    return `[${not ? '^' : ''}${set.replace(/[\\\]^[&~|]/g, '\\$&')}]`
  }
  return ordinary(token.startsWith('\\') && token.length > 1 ? token.slice(1) : token)
}

const ordinary = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
