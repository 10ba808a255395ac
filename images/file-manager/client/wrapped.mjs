// @ts-check
// Plain JavaScript, for `--help` stands before TypeScript is loaded.

/**
 * A line broken between its words where it is wider than so many columns; what stands in two columns goes on in its
 * second. A word that is too long stays whole: names and commands are copied from here.
 * @param {string} line
 * @param {number} columns
 * @param {(text: string) => number} widthOf
 * @returns {string[]}
 */
export function wrapped(line, columns, widthOf = text => text.length) {
  if (widthOf(line) <= columns) return [line]
  const [indent = ''] = /^ */.exec(line) ?? []
  const [first = indent] = /^ +\S.*? {2,}/.exec(line) ?? []
  const room = widthOf(first) <= columns / 2
  const hang = room ? ' '.repeat(widthOf(first)) : `${indent}  `
  /** @type {string[]} */
  const lines = []
  let current = first
  let parted = ''
  for (const word of line.slice(first.length).split(' ')) {
    if (current.trim() !== '' && widthOf(current + parted + word) > columns) {
      lines.push(current.trimEnd())
      current = hang
      parted = ''
    }
    current += parted + word
    parted = ' '
  }
  return [...lines, current]
}
