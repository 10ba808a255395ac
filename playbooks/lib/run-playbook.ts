import { appendFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ExitCode } from '../../engine/errors.ts'
import { commandFor } from '../../engine/inventory/command-for.ts'
import { loadInventory } from '../../engine/inventory/load.ts'
import type { Options } from '../../engine/play/options.ts'
import { type PlaybookContext, perform } from '../../engine/play/playbook.ts'
import type { OnAnswers, RunOptions } from '../../engine/play/run-parts.ts'
import { failureReporter } from '../../engine/report/failures-only.ts'
import { reportersFor, type Surroundings } from '../../engine/report/reporters.ts'
import { controlPlaneGroup } from '../../kube/api/cluster.ts'
import { endOfLifeWarnings } from '../../kube/end-of-life.ts'
import { upstreamVars } from '../../kube/upstream.ts'
import { versions } from '../../kube/versions.ts'
import type { About } from './about.ts'
import { commandOf } from './command-line.ts'
import { connector, type Wrap } from './connector.ts'
import { inventoryNeeds } from './inventory-needs.ts'
import { argvOfPlan, askedFor, optionsOfPlan, type PlanRuns, performPlan, readPlan } from './plan.ts'
import { providerFor, providers } from './providers.ts'
import type { Steps } from './steps.ts'
import { refuseUnknownGroups, refuseUnknownTakeOver, strictWords } from './strict-words.ts'
import { whenUnread } from './unread.ts'
import * as vocabulary from './vocabulary.ts'

/** Groups that the lab's roles speak of. */
const labGroups = ['control-plane', 'workers', 'cluster', 'storage', 'registry']

/** Versions go together: an inventory cannot move one of them alone. */
const setElsewhere = {
  kubernetes: { version: `it is fixed: ${versions.kubernetes.version}, in kube/versions.ts` },
  containerd: { version: `it is fixed: ${versions.containerd.version}, in kube/versions.ts` },
}

const builtinFolder = fileURLToPath(new URL('../../inventory', import.meta.url))

/** How a playbook was called, and where it tells what it does: a process, mostly. */
export interface ProgramSurroundings extends Surroundings {
  readonly argv: readonly string[]
}

export async function runPlaybook(
  name: string,
  about: About,
  given: Options,
  steps: Steps,
  surroundings: ProgramSurroundings,
): Promise<ExitCode> {
  const plan = given.plan === undefined ? undefined : await readPlan(given.plan, name)
  const options = {
    ...(plan ? optionsOfPlan(given, plan) : given),
    ...(about.tells ? { check: true } : {}),
  }
  const words = { ...vocabulary, roles: strictWords(name, 'role', vocabulary.roles) }
  const list = await steps(strictWords(name, 'step', words), options)
  const roles = list.flatMap(step => step.roles)
  const lab = await loadInventory(options.inventory, {
    cwd: process.cwd(),
    builtinFolder,
    namedBy: given.plan && `--plan ${given.plan}`,
    // Every role's variables are known to every playbook: `verify` must not stumble over a variable that only `up` reads.
    roleVars: {
      upstream: upstreamVars,
      ...Object.fromEntries([...Object.values(vocabulary.roles), ...roles].map(role => [role.name, role.vars])),
    },
    setElsewhere,
    // Likewise its groups: `down` plays on none, and reads the same inventories.
    knownGroups: [...labGroups, ...list.flatMap(step => step.groups)],
    providers,
    needs: inventoryNeeds(list),
    ...(options.limit === undefined ? {} : { limit: options.limit }),
  })
  refuseUnknownGroups(name, list, lab, labGroups)
  refuseUnknownTakeOver(options.takeOver, lab)
  const { patienceSeconds = 30, actsWith } = about
  const acts = !about.readOnly || (actsWith !== undefined && options.extra[actsWith] === true)
  const { inventory, source, limit } = options
  const mend = commandFor({ asked: { inventory, source, limit } }, 'up')
  const drift = about.tells === 'drift' ? { drift: { quiet: options.extra.quiet === true, mend } } : {}
  const reports = {
    ...options,
    ...drift,
    findings: about.tells === 'findings',
    ...(options.out ? { planFile: { file: options.out, asked: askedFor(options) } } : {}),
  }
  const reporters = about.quiet ? [failureReporter(surroundings)] : await reportersFor(reports, surroundings)
  const logged = await execLog(options.execLog)
  const asked = { inventory, source }
  // A plan that has begun is outdated: what resumes is the run that it was a plan of.
  const command = commandOf(name, plan ? argvOfPlan(surroundings.argv, plan) : surroundings.argv)
  const { stdout, stderr } = surroundings
  // Of a run that only looks, nothing is lost, and with --json people read on.
  const silent = !acts || options.check || options.json
  const unread = whenUnread(stdout, () => silent || stderr.write(endsUnread(command)))
  const run = (
    options: Options,
    more: Partial<Pick<PlaybookContext, 'reporters' | 'warnings'>> & Pick<RunOptions, 'permits'>,
  ) =>
    perform(
      { name, steps: list, exclusive: acts, tells: about.tells },
      {
        lab: { ...lab, source: options.source ?? lab.source, asked },
        options: { ...options, ...(more.permits ? { permits: more.permits } : {}) },
        reporters: more.reporters ?? reporters,
        warnings: more.warnings ?? endOfLifeWarnings(new Date()),
        command,
        ...(about.quiet ? {} : { unread }),
        leaseOn: controlPlaneGroup,
        provider: providerFor,
        connect: (context, signal) => connector(context, { options, patienceSeconds, logged, signal }),
        ...recorder(surroundings.env.ANDAMIO_RECORD_ANSWERS),
      },
    )
  if (given.plan === undefined || plan === undefined) return run(options, {})
  const runs: PlanRuns = {
    look: reporters => run({ ...options, check: true }, { reporters, warnings: [] }),
    act: permits => run(options, { permits }),
  }
  return performPlan(given.plan, plan, runs, text => stderr.write(text))
}

/** Nobody sees where it stopped, so the way on is said at once. */
const endsUnread = (command: string): string =>
  'Nobody reads what this run tells any more: it finishes what is under way, and ends (exit 130).\n' +
  `To resume: ${command}\n`

/** Opened before anything is done, and also where no host is given a command. */
async function execLog(file: string | undefined): Promise<Wrap> {
  if (file === undefined) return connection => connection
  const { openExecLog } = await import('../../engine/connection/exec-log.ts')
  return openExecLog(file)
}

/** For test/pristine.e2e.ts: every probe's answer goes to a file, one JSON line each. */
function recorder(file: string | undefined): { onAnswers?: OnAnswers } {
  if (!file) return {}
  return {
    onAnswers(target, answers) {
      for (const [{ kind, id }, answer] of answers)
        appendFileSync(file, `${JSON.stringify({ target, kind, id, answer })}\n`)
    },
  }
}
