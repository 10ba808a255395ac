import { AndamioError } from '../../errors.ts'

/** Amazon's own answer to the question where a request comes from. */
const where = 'https://checkip.amazonaws.com/'
const limitMilliseconds = 10_000

/** The network of this machine alone, as the internet sees it: `203.0.113.7/32`. Throws `ec2-own-address-unknown`. */
export async function ownNetwork(signal?: AbortSignal): Promise<string> {
  try {
    const timeout = AbortSignal.timeout(limitMilliseconds)
    const response = await fetch(where, { signal: signal ? AbortSignal.any([signal, timeout]) : timeout })
    const text = (await response.text()).trim()
    if (!response.ok || !/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) throw new Error(`${where} answered ${response.status}`)
    return `${text}/32`
  } catch (error) {
    if (signal?.aborted) throw error
    throw new AndamioError({
      code: 'ec2-own-address-unknown',
      message: 'It is not known from which address this machine comes to AWS, so nobody can be let in',
      place: where,
      cause: (error as Error).message,
      next: 'Write it into the inventory: `operators` under `ec2`, such as 203.0.113.7/32.',
    })
  }
}
