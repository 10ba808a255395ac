import { differencesAsFailures, driftReporter } from './drift.ts'
import type { Event, Json, Reporter } from './events.ts'
import type { Output } from './failure-text.ts'
import { refuseUnwritable } from './file.ts'
import { findingsReporter } from './findings.ts'
import { githubReporter } from './github.ts'
import { jsonReporter } from './json.ts'
import { junitReporter } from './junit.ts'
import { planReporter, planStart } from './plan.ts'
import { prettyReporter } from './pretty.ts'

export interface ReportOptions {
  readonly json: boolean
  readonly verbose: boolean
  readonly diff: boolean
  readonly profile: boolean
  readonly junit?: string
  readonly html?: string
  /** Tells differences, as what somebody has changed since; and the command that brings them back. */
  readonly drift?: { readonly quiet: boolean; readonly mend: string }
  /** Tells checks, and what fails, alone. */
  readonly findings?: boolean
  /** Where check mode's plan is to be written, and what the run was asked for. */
  readonly planFile?: { readonly file: string; readonly asked: Json }
}

export interface Surroundings {
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * All that a run's options ask for. With `--json`, stdout is for programs and people read stderr. Throws `file-unwritable`
 * (exit 64) where a report could not be written when the run has ended.
 */
export async function reportersFor(options: ReportOptions, { stdout, stderr, env }: Surroundings): Promise<Reporter[]> {
  // A reader such as `head` may leave early: whoever started the run decides what becomes of it.
  for (const output of [stdout, stderr]) output.on('error', () => undefined)
  const stream = options.json ? stderr : stdout
  const tty = Boolean(stream.isTTY) && env.TERM !== 'dumb' && !env.CI
  const { verbose, diff, profile } = options
  const pretty = () => prettyReporter({ stream, tty, verbose, diff, profile, ...widthOf(stream, stderr) })
  const reporters = [(verbose ? undefined : ofItsOwn(options, stream, env)) ?? pretty()]
  const failing = (reporter: Reporter): Reporter => (options.drift ? differencesAsFailures(reporter) : reporter)
  if (options.json) reporters.unshift(jsonReporter({ stream: stdout }))
  // GitHub reads annotations from either stream.
  if (env.GITHUB_ACTIONS === 'true') reporters.push(failing(githubReporter({ stream: stderr })))
  const say = (line: string) => void (options.drift?.quiet || stream.write(`${line}\n`))
  for (const [file, ours] of [
    [options.junit, /^<\?xml /],
    [options.html, /^<!doctype html>/i],
    [options.planFile?.file, planStart],
  ] as const)
    if (file) await refuseUnwritable(file, ours)
  if (options.junit) reporters.push(apart(failing(junitReporter({ file: options.junit })), options.junit, stderr, say))
  if (options.planFile) {
    const { file, asked } = options.planFile
    reporters.push(apart(planReporter(file, asked, { say, stderr }), file, stderr))
  }
  if (options.html) {
    const { htmlReporter } = await import('./html/html.ts')
    reporters.push(apart(htmlReporter({ file: options.html }), options.html, stderr, say))
  }
  return reporters
}

/** For playbooks that tell what they find in another way. */
function ofItsOwn({ drift, findings }: ReportOptions, stream: Output, env: Surroundings['env']): Reporter | undefined {
  if (drift) return driftReporter({ stream, env, ...drift })
  return findings ? findingsReporter({ stream }) : undefined
}

/** What goes into a pipe is mostly led on to the same terminal, by a pager or `tee`. */
function widthOf(stream: Output, other: Output): { columns?: number } {
  return stream.columns === undefined && other.columns !== undefined ? { columns: Math.min(other.columns, 120) } : {}
}

/** Says where a report is. One that cannot be written any more (a full disk, a folder that went) is said, and ends no run. */
function apart(
  reporter: Reporter,
  file: string,
  stderr: NodeJS.WritableStream,
  say?: (line: string) => void,
): Reporter {
  return {
    on: (event: Event) => reporter.on(event),
    async close(): Promise<void> {
      try {
        await reporter.close()
        say?.(`Report: ${file}`)
      } catch (error) {
        stderr.write(`cannot write ${file}: ${(error as Error).message}\n`)
      }
    },
  }
}
