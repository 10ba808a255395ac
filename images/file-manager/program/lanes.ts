import { Worker } from 'node:worker_threads'
import { FileManagerError } from '../protocol/errors.ts'
import { type Job, type LaneJobs, lane } from './lane.ts'

/** Jobs that wait: each may hold up to 256 KiB. */
const mostWaiting = 16
/** Its heap, in MiB: it keeps nothing. */
const limits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 }

/** Some compilers put helpers around what a function's text names; this one does nothing. */
const source = `const __name = f => f
;(${lane.toString()})(require('node:fs'), require('node:crypto'), require('node:worker_threads').parentPort)`

export type Jobs = Omit<LaneJobs, 'place'>

/** Does jobs of many files each. */
export interface Lanes {
  /** There is nothing to do. */
  readonly idle: boolean
  /** Settles when another job may be given: what waits is memory. */
  room(): Promise<void>
  /** What is in `transfer` is the job's from then on. */
  run<K extends keyof Jobs>(
    kind: K,
    asks: Jobs[K]['asks'],
    transfer?: readonly ArrayBuffer[],
  ): Promise<Jobs[K]['answers']>
  close(): void
}

interface Waiting {
  readonly job: Job
  readonly transfer: readonly ArrayBuffer[]
  resolve(answer: unknown): void
  reject(why: unknown): void
}

/** One thread that makes the calls one after the other. A disk that stalls holds it up, and never this program. */
export class Lane implements Lanes {
  readonly #queue: Waiting[] = []
  #worker: Worker | undefined
  #current: Waiting | undefined
  #room: (() => void)[] = []
  #closed = false

  get idle(): boolean {
    return this.#current === undefined
  }

  /** For who will soon have jobs: to start the thread takes a while. */
  begin(): void {
    if (this.#worker !== undefined || this.#closed) return
    this.#worker = this.#start()
    this.#worker.unref()
  }

  async room(): Promise<void> {
    while (this.#queue.length >= mostWaiting && !this.#closed)
      await new Promise<void>(resolve => this.#room.push(resolve))
  }

  run<K extends keyof LaneJobs>(kind: K, asks: LaneJobs[K]['asks'], transfer: readonly ArrayBuffer[] = []) {
    return new Promise<LaneJobs[K]['answers']>((resolve, reject) => {
      if (this.#closed) reject(lost('the program ends'))
      const job = { kind, ...asks } as Job
      const waiting = { job, transfer, reject, resolve: (answer: unknown) => resolve(answer as LaneJobs[K]['answers']) }
      // What is whole is sooner done with, and makes room for others.
      const others = isLast(kind) ? this.#queue.findIndex(({ job }) => !isLast(job.kind)) : -1
      if (others < 0) this.#queue.push(waiting)
      else this.#queue.splice(others, 0, waiting)
      this.#next()
    })
  }

  /** What waits is given up, and nobody waits for what has begun. */
  close(): void {
    this.#closed = true
    void this.#worker?.terminate()
    for (const { reject } of this.#queue.splice(0)) reject(lost('the program ends'))
    this.#wake()
  }

  #next(): void {
    if (this.#current !== undefined || this.#closed) return
    const next = this.#queue.shift()
    this.#current = next
    if (next === undefined) return
    this.#worker ??= this.#start()
    this.#worker.ref()
    this.#worker.postMessage(next.job, [...next.transfer])
  }

  #start(): Worker {
    const worker = new Worker(source, { eval: true, execArgv: [], resourceLimits: limits })
    worker.on('message', answer => {
      worker.unref()
      const done = this.#current
      this.#current = undefined
      this.#next()
      done?.resolve(answer)
      this.#wake()
    })
    let why = 'it has ended'
    worker.on('error', error => {
      why = error.message
    })
    worker.on('exit', () => {
      const failed = this.#current
      this.#current = undefined
      this.#worker = undefined
      failed?.reject(lost(why))
      this.#next()
    })
    return worker
  }

  #wake(): void {
    for (const resolve of this.#room.splice(0)) resolve()
  }
}

const isLast = (kind: keyof LaneJobs): boolean => kind === 'rename' || kind === 'place'

const lost = (why: string): FileManagerError =>
  new FileManagerError('storage', 'the storage has failed', { cause: new Error(`the thread is lost: ${why}`) })
