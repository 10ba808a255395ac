/** One line of `vagrant --machine-readable`: `timestamp,target,type,data...`. */
export interface Line {
  /** The machine that it is about; empty for all. */
  readonly target: string
  readonly type: string
  readonly data: readonly string[]
}

/** What is no such line, such as a plugin's own printing, is left out. */
export const readLines = (text: string): readonly Line[] =>
  text.split('\n').flatMap(raw => {
    const [time = '', target, type, ...data] = raw.replace(/\r$/, '').split(',')
    if (!/^\d+$/.test(time) || target === undefined || type === undefined) return []
    return [{ target: plain(target), type, data: data.map(plain) }]
  })

/** A comma within data is written as a word, line ends as they are in C. */
const plain = (text: string): string =>
  text.replaceAll('%!(VAGRANT_COMMA)', ',').replaceAll('\\n', '\n').replaceAll('\\r', '\r')

/** What Vagrant complains of, `Vagrant::Errors::CLASS: words`; undefined where it does not, or not in this form. */
export function complaintIn(lines: readonly Line[]): string | undefined {
  const [name, words] = lines.find(({ type }) => type === 'error-exit')?.data ?? []
  return name === undefined ? undefined : [name, words].filter(Boolean).join(': ')
}
