import pLimit, { type LimitFunction } from 'p-limit'

/** sshd drops logins at random from the 10th unfinished one (MaxStartups), and a bastion sees those of all hosts. */
const atOnce = 10
const turns = new Map<string, LimitFunction>()

/** Logs in when few enough other logins are under way at the same sshd. Those of different hosts do not wait. */
export function inTurnAt<T>(sshd: { readonly address: string; readonly port: number }, logIn: () => Promise<T>) {
  const key = `${sshd.address} ${sshd.port}`
  const turn = turns.get(key) ?? pLimit(atOnce)
  turns.set(key, turn)
  return turn(logIn)
}
