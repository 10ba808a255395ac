/** What stands for itself unquoted; without `=`, which assigns, and not digits alone, which before `>` are a descriptor. */
const plainWord = /^(?![0-9]+$)[A-Za-z0-9_/.,:@%+-]+$/
const reserved = new Set('if then else elif fi do done case esac while until for in function select time'.split(' '))

/**
 * `value` as one literal word of POSIX sh. Single quotes are the one form that dash and bash read alike, for nothing is
 * special in them; `$'...'` is bash's own and an injection under dash.
 *
 * Throws `TypeError` on NUL, which no argument can hold.
 */
export function quote(value: string): string {
  if (value.includes('\0')) throw new TypeError('a shell word cannot hold NUL')
  return plainWord.test(value) && !reserved.has(value) ? value : `'${value.replaceAll("'", "'\\''")}'`
}
