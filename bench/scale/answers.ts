/** What a real host in order has answered to one script, both without the nonce that frames the answers. */
export interface Answer {
  readonly script: string
  readonly stdout: string
  readonly stderr: string
}

/** Stands for a batch's nonce in what is recorded. */
const placeholder = 'NONCE'
const firstFrame = /printf '%s %d\\n' ([0-9a-f]{16}) 0 >&2/

/** The nonce of a batch's script; undefined where it is none. */
export const nonceOf = (script: string): string | undefined => firstFrame.exec(script)?.[1]

/** As it is recorded. */
export const withoutNonce = (text: string, nonce: string): string => text.replaceAll(nonce, placeholder)

/** What a host in order would say to this script; undefined where that was never recorded. */
export function answerTo(script: string, answers: readonly Answer[]): Answer | undefined {
  const nonce = nonceOf(script)
  if (nonce === undefined) return undefined
  const asked = withoutNonce(script, nonce)
  const found = answers.find(answer => answer.script === asked)
  if (!found) return undefined
  const withNonce = (text: string): string => text.replaceAll(placeholder, nonce)
  return { script, stdout: withNonce(found.stdout), stderr: withNonce(found.stderr) }
}
