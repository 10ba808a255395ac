import { createInterface, type Interface } from 'node:readline'
import type { ReadStream } from 'node:tty'
import type { Context } from './commands/command.ts'
import { commandOf, perform } from './commands/index.ts'
import { complete, localNames, remoteNames } from './completion.ts'
import type { Reporter } from './events.ts'
import { forPeople, type Stream } from './people.ts'
import { exits, problemOf } from './problem.ts'
import { type Word, wordsOf } from './words.ts'

const sign = '> '
const hint = '(Ctrl-C again, Ctrl-D or exit to leave)'

/** A session at a terminal: one command after the other, until somebody leaves. */
export class Prompt {
  readonly report: Reporter
  readonly #input: ReadStream
  readonly #output: Stream
  #lines: string[] = []
  #arrived: (() => void) | undefined
  #reader: Interface | undefined
  #asking = false
  #left: number | undefined
  /** Ctrl-C was the last that was said: another one leaves. */
  #warned = false
  /** Ends the command that is being performed. */
  #stop: (() => void) | undefined

  constructor(input: ReadStream, output: NodeJS.WriteStream) {
    this.#input = input
    this.#output = output
    const above: Stream = {
      isTTY: true,
      get columns() {
        return output.columns
      },
      write: text => this.#say(text),
    }
    this.report = forPeople({
      out: above,
      err: above,
      connection: 'out',
      idle: () => this.#asking,
      ask: (question, signal) => this.#ask(question, signal),
    })
  }

  /** Its exit status. */
  async run(context: Context): Promise<number> {
    const remote = remoteNames(context.link)
    const names = { local: (start: string) => localNames(context.folder, start), remote }
    const reader = createInterface({
      input: this.#input,
      output: process.stdout,
      prompt: sign,
      historySize: 1000,
      removeHistoryDuplicates: true,
      completer: (line: string, done: (error: null, result: [string[], string]) => void) =>
        void complete(line, names).then(result => done(null, result)),
    })
    this.#reader = reader
    reader.on('line', line => this.#push(line))
    reader.on('SIGINT', () => this.#interrupt(reader))
    reader.on('close', () => this.#leave(exits.done))
    for (;;) {
      const line = await this.#next(reader)
      if (line === undefined) break
      this.#warned = false
      if (await this.#isLast(line, context)) break
    }
    reader.close()
    return this.#left ?? exits.done
  }

  async #isLast(line: string, context: Context): Promise<boolean> {
    let words: readonly Word[]
    try {
      words = wordsOf(line)
      if (words[0] !== undefined && commandOf(words[0].text).name === 'exit') return true
    } catch (error) {
      this.report.tell({ type: 'problem', problem: problemOf(error) })
      return false
    }
    if (words.length > 0) await this.#perform(words, context)
    return false
  }

  /** The terminal is a plain one meanwhile: what is typed waits, and Ctrl-C is a signal. */
  async #perform(words: readonly Word[], context: Context): Promise<void> {
    const abort = new AbortController()
    const stop = (): void => {
      this.#warned = true
      abort.abort()
    }
    this.#stop = stop
    this.#reader?.pause()
    this.#input.setRawMode(false)
    process.on('SIGINT', stop)
    const exit = await perform(words, { ...context, report: this.report }, abort.signal)
    process.off('SIGINT', stop)
    this.#stop = undefined
    if (exit === exits.interrupted) this.#output.write('Interrupted. The same command goes on where it stopped.\n')
    this.#input.setRawMode(true)
    this.#reader?.resume()
  }

  /** The next line; undefined when there is none any more. */
  async #next(reader: Interface): Promise<string | undefined> {
    if (this.#lines.length === 0 && this.#left === undefined) {
      this.#asking = true
      reader.prompt()
      await new Promise<void>(resolve => {
        this.#arrived = resolve
      })
      this.#asking = false
    }
    return this.#lines.shift()
  }

  #push(line: string): void {
    this.#lines.push(line)
    this.#asking = false
    this.#arrived?.()
  }

  #leave(exit: number): void {
    if (this.#left !== undefined) return
    // Ctrl-D leaves the cursor behind the prompt.
    if (this.#asking) this.#output.write('\n')
    this.#left = exit
    this.#asking = false
    this.#arrived?.()
  }

  #interrupt(reader: Interface): void {
    if (this.#stop !== undefined) {
      this.#output.write('\n')
      this.#stop()
      return
    }
    const empty = reader.line === ''
    if (empty && this.#warned) {
      this.#leave(exits.interrupted)
      return
    }
    this.#warned = empty
    // As in a shell: what was typed stays to be seen, and is given up.
    reader.write(null, { ctrl: true, name: 'e' })
    this.#output.write(empty ? `\n${hint}\n` : '^C\n')
    reader.write(null, { ctrl: true, name: 'u' })
    reader.prompt()
  }

  /** Above the line that is being typed, if one is. */
  #say(text: string): void {
    if (!this.#asking) {
      this.#output.write(text)
      return
    }
    this.#output.write(`\r\x1b[J${text}`)
    this.#reader?.prompt(true)
  }

  /** In the midst of a command. Ctrl-C ends the command, and is no answer. */
  async #ask(question: string, signal: AbortSignal): Promise<string> {
    this.#input.setRawMode(true)
    this.#reader?.resume()
    const answer = await new Promise<string>(resolve => {
      signal.addEventListener('abort', () => resolve(''), { once: true })
      this.#reader?.question(question, { signal }, resolve)
    })
    this.#reader?.pause()
    this.#input.setRawMode(false)
    return answer
  }
}
