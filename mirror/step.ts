import type { CommandOptions } from './command.ts'

/**
 * One thing the mirror makes: a folder of files, made once for one set of inputs and never changed afterwards. Its place
 * is `<cache>/mirror/<name>/<key>`, and the key is a hash of everything that decides its content (see step-key.ts), so
 * that a folder which is there is right, and asking costs one `stat`.
 */
export interface MirrorStep {
  /** `[a-z][a-z0-9-]*`; names the folder. */
  readonly name: string
  /** What it makes, for progress lines and for `--check`. */
  readonly summary: string
  /** Steps whose folders this one reads. Their keys are part of this one's. */
  readonly needs: readonly MirrorStep[]
  /** Debian packages that the build machine must have. */
  readonly debianPackages: readonly string[]
  /** Seconds that a cold build took on 2 cores; what takes longest is begun first. */
  readonly coldSeconds: number
  /**
   * What decides the content, as text: versions, configuration files, a revision that is raised whenever `build` itself
   * comes to make something else. Must be quick (under 10 ms), run nothing and need no root.
   */
  inputs(): Promise<readonly string[]>
  /** Fills `work.out`. May be killed at any point and is then called again with the same `work.scratch`. */
  build(work: StepWork): Promise<void>
}

export interface StepWork {
  /** Empty at the start; becomes the step's folder, by one rename, when `build` is done. */
  readonly out: string
  /**
   * Keeps what it holds from one attempt at this very key to the next, and goes once the step is built. Whatever was
   * being written when an earlier attempt died may be half there: write aside and rename, or use tools that cope (make).
   */
  readonly scratch: string
  readonly cacheFolder: string
  readonly signal: AbortSignal
  /** The finished folder of a step in `needs`. */
  of(step: MirrorStep): string
  /** Runs a program, output to the step's log. Gives its stdout. Throws `mirror-step-failed` with its last lines. */
  run(program: string, args: readonly string[], options?: CommandOptions): Promise<string>
  /** `detail` says what is being done now: `linking kubelet`. */
  progress(detail: string, count?: { readonly done: number; readonly total?: number; readonly unit: string }): void
}
