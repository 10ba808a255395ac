import { RootShell } from './root-shell.ts'
import type { Running } from './running-command.ts'

/** The root shells of one connection: as many as there are commands under way at once, made when they are needed. */
export class RootShells {
  readonly #open: (milliseconds: number) => Promise<Running>
  readonly #broken: (cause: string) => Error
  #shells: readonly RootShell[] = []

  /** `open` starts `rootShellCommand` as root. */
  constructor(open: (milliseconds: number) => Promise<Running>, broken: (cause: string) => Error) {
    this.#open = open
    this.#broken = broken
  }

  /** Starts a simple command in a shell that is free, or in a new one, which may take that long to open. */
  async start(simpleCommand: string, input: Uint8Array | undefined, milliseconds: number): Promise<Running> {
    const free = this.#shells.find(shell => shell.isFree)
    if (free) return free.start(simpleCommand, input)
    const shell = new RootShell(await this.#open(milliseconds), this.#broken)
    this.#shells = [...this.#shells.filter(({ hasEnded }) => !hasEnded), shell]
    return shell.start(simpleCommand, input)
  }

  /** Ends one that does nothing, for the sake of another session. */
  closeIdle(): void {
    this.#shells.find(({ isFree }) => isFree)?.close()
    this.#shells = this.#shells.filter(({ hasEnded }) => !hasEnded)
  }
}
