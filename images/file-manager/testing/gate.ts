import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A port that leads to another, as a node's does to a server of the cluster's choice; it can be cut, and lead elsewhere. */
export class Gate {
  /** Where new connections are led. */
  target: number
  /** Bytes that have passed, both ways together. */
  passed = 0
  /** Connections so far. */
  accepted = 0
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #watch: { readonly at: number; act(): void } | undefined
  #held = false

  private constructor(target: number, server: Server) {
    this.target = target
    this.#server = server
  }

  static async open(target: number): Promise<Gate> {
    const server = createServer()
    const gate = new Gate(target, server)
    server.on('connection', socket => gate.#lead(socket))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return gate
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Once, when so many bytes more have passed. */
  after(bytes: number, act: () => void): void {
    this.#watch = { at: this.passed + bytes, act }
  }

  /** Carries nothing until `letGo`: what is on its way does not arrive meanwhile. */
  hold(): void {
    this.#held = true
    for (const socket of this.#sockets) socket.pause()
  }

  letGo(): void {
    this.#held = false
    for (const socket of this.#sockets) socket.resume()
  }

  /** Ends all connections, as the death of a server does. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #lead(from: Socket): void {
    this.accepted++
    const to = connect(this.target, '127.0.0.1')
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      this.#sockets.add(one)
      one.on('error', () => undefined)
      one.on('data', chunk => {
        if (!other.write(chunk)) one.pause()
        this.#count(chunk.length)
      })
      other.on('drain', () => this.#held || one.resume())
      one.on('end', () => other.end())
      one.on('close', () => {
        this.#sockets.delete(one)
        other.destroy()
      })
    }
  }

  #count(bytes: number): void {
    this.passed += bytes
    if (this.#watch === undefined || this.passed < this.#watch.at) return
    const { act } = this.#watch
    this.#watch = undefined
    act()
  }
}
