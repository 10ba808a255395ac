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

/**
 * What a Vagrant that has failed complains of, `Vagrant::Errors::CLASS: words` where it tells the class. Where it ends
 * before it knows that we read it by machine, that is on stderr; what it has warned of before is then often the cause.
 */
export function complaint(stdout: string, stderr: string): string {
  const lines = readLines(stdout)
  const [name, words] = lines.find(({ type }) => type === 'error-exit')?.data ?? []
  const warned = lines.flatMap(({ type, data: [kind, text] }) =>
    type === 'ui' && kind === 'warn' && text ? [text] : [],
  )
  const early = stderr.replace('Vagrant failed to initialize at a very early stage:', '')
  const whole = name === undefined ? [...warned, early].join('\n\n') : [name, words].filter(Boolean).join(': ')
  // It breaks lines for a terminal; the first paragraph is what is told in one sentence.
  return whole.trim().replace(/^.+?(?=\n\n|$)/s, paragraph => paragraph.replace(/\s*\n\s*/g, ' '))
}
