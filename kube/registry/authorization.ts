import * as https from 'node:https'
import * as z from 'zod'
import type { Secret } from '../../engine/shell/secret.ts'

export interface Login {
  readonly user: string
  readonly password: Secret
  /** The password goes along only once the registry has said how it wants it: for one that is not ours. */
  readonly whenAsked?: true
}

/** How a registry wants it: the password itself, or a token that somebody else gives for it. */
type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: URL; readonly service: string }

const answer = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  /** Seconds. */
  expires_in: z.number().default(60),
})
const silenceSeconds = 30
/** A token is not used for its last seconds: what is sent with it may take a while to arrive. */
const marginSeconds = 10

/** What proves to a registry who asks, as the distribution specification has it: by password, or by tokens for it. */
export class Authorization {
  readonly #login: Login
  readonly #ca: string | undefined
  #challenge: Challenge | undefined
  readonly #tokens = new Map<string, { readonly token: string; readonly until: number }>()

  constructor(login: Login, ca?: string) {
    this.#login = login
    this.#ca = ca
    if (!login.whenAsked) this.#challenge = { scheme: 'basic' }
  }

  /** Value of the header for a request; undefined as long as the registry has not asked for anything. */
  async header(path: string): Promise<string | undefined> {
    if (!this.#challenge) return undefined
    return this.#challenge.scheme === 'basic' ? this.#basic() : `Bearer ${await this.#tokenFor(path, this.#challenge)}`
  }

  /** Takes what a registry that answered 401 asks for. True where asking again with it may help. */
  learn(wwwAuthenticate: string | undefined): boolean {
    if (this.#challenge) return false
    this.#challenge = challengeIn(wwwAuthenticate ?? '')
    return this.#challenge !== undefined
  }

  #basic(): string {
    const { user, password } = this.#login
    return `Basic ${Buffer.from(`${user}:${password.reveal()}`).toString('base64')}`
  }

  async #tokenFor(
    path: string,
    { realm, service }: { readonly realm: URL; readonly service: string },
  ): Promise<string> {
    const [, repository = ''] = /^\/v2\/(.+)\/(?:manifests|blobs)\//.exec(path) ?? []
    const scope = `repository:${repository}:pull,push`
    const known = this.#tokens.get(scope)
    if (known && performance.now() < known.until) return known.token
    const url = new URL(realm)
    for (const [name, value] of Object.entries({ service, scope, account: this.#login.user }))
      url.searchParams.set(name, value)
    const given = answer.parse(JSON.parse(await this.#fetch(url)))
    const token = given.token ?? given.access_token
    if (token === undefined) throw new Error(`${realm.host} gave no token`)
    this.#tokens.set(scope, { token, until: performance.now() + (given.expires_in - marginSeconds) * 1000 })
    return token
  }

  #fetch(url: URL): Promise<string> {
    const options = {
      headers: { authorization: this.#basic() },
      ...(this.#ca && { ca: this.#ca }),
      agent: false,
    } as const
    return new Promise((resolve, reject) => {
      const call = https.get(url, { ...options, timeout: silenceSeconds * 1000 }, reply => {
        const parts: Buffer[] = []
        reply.on('data', (part: Buffer) => parts.push(part))
        reply.on('error', reject)
        reply.on('end', () => {
          if (reply.statusCode === 200) resolve(Buffer.concat(parts).toString())
          else reject(new LoginRefused(`${url.host} gives no token for this account: it answered ${reply.statusCode}`))
        })
      })
      call.on('timeout', () => call.destroy(new Error(`${url.host} was silent for ${silenceSeconds} s`)))
      call.on('error', reject)
    })
  }
}

/** The account or its password is not taken: asking again would not help. */
export class LoginRefused extends Error {}

/** `Bearer realm="https://auth.docker.io/token",service="registry.docker.io"`. The password goes to no realm without TLS. */
function challengeIn(header: string): Challenge | undefined {
  if (/^basic\b/i.test(header)) return { scheme: 'basic' }
  if (!/^bearer\b/i.test(header)) return undefined
  const fields = Object.fromEntries(
    [...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  )
  const realm = URL.canParse(fields.realm ?? '') ? new URL(fields.realm ?? '') : undefined
  return realm?.protocol === 'https:' ? { scheme: 'bearer', realm, service: fields.service ?? '' } : undefined
}
