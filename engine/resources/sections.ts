/** Parts of one fragment's output, each under a heading of its own. */
export const heading = (name: string): string => `echo '%% ${name}'`

/** The lines under a heading, joined; throws where the fragment did not get as far. */
export function section(output: string, name: string): string {
  const lines = output.split('\n')
  const start = lines.indexOf(`%% ${name}`)
  if (start < 0) throw new Error(`the part "${name}" is missing`)
  const end = lines.findIndex((line, index) => index > start && line.startsWith('%% '))
  return lines.slice(start + 1, end < 0 ? undefined : end).join('\n')
}
