import type { Json } from '../report/events.ts'

/** How far cloud-init has come with configuring a host on this boot. */
export type CloudInit =
  /** Not installed, disabled, or not to run on this boot. */
  | { readonly is: 'none' }
  | { readonly is: 'running'; readonly stage: string }
  /** What it complains of, and went on all the same. */
  | { readonly is: 'done'; readonly warnings: readonly string[] }
  | { readonly is: 'failed'; readonly errors: readonly string[] }

/**
 * Part of the facts: by files and the shell's builtins, for `cloud-init status` is a Python program and takes a small
 * host a second. The result is read before the status: once it is there, the status has come to its end. Only where it is
 * not, systemd is asked whether the last stage is still to come.
 */
export const cloudInitScript = `
slurp() { text=; while IFS= read -r line || [ -n "$line" ]; do text=$text$line; done <"$1"; }
run=/run/cloud-init
if [ -e /etc/cloud/cloud-init.disabled ] || [ -e $run/disabled ]; then :
elif [ -e $run/enabled ] || [ -e $run/status.json ]; then
  if [ -e $run/result.json ]; then slurp $run/result.json; printf 'cloudInit.result=%s\\n' "$text"
  else echo "cloudInit.final="$(systemctl show -p ActiveState -p Job cloud-final.service); fi
  if [ -e $run/status.json ]; then slurp $run/status.json; printf 'cloudInit.status=%s\\n' "$text"; fi
fi
`

/** From the facts' lines, each without its `cloudInit.`. Throws where they are not what cloud-init writes. */
export function readCloudInit(facts: ReadonlyMap<string, string>): CloudInit {
  const status = partsOf(facts.get('cloudInit.status'))
  const result = partsOf(facts.get('cloudInit.result'))
  const final = facts.get('cloudInit.final')
  if (!result && final === undefined) return { is: 'none' }
  const stages = Object.values(status ?? {}).filter(isObject)
  const errors = listed([result, ...stages].map(part => part?.errors))
  if (!result && final !== undefined) {
    if (mayStillRun(final)) return { is: 'running', stage: stageOf(status) }
    // What an init that was ended half way leaves: no result, and nobody who would still write one.
    return { is: 'failed', errors: [...errors, `it has stopped ${stageOf(status)} and will not go on`] }
  }
  if (errors.length > 0) return { is: 'failed', errors }
  const warnings = stages.flatMap(({ recoverable_errors: byLevel }) =>
    isObject(byLevel)
      ? Object.entries(byLevel).flatMap(([level, list]) => listed([list]).map(t => `${level}: ${t}`))
      : [],
  )
  return { is: 'done', warnings: [...new Set(warnings)] }
}

/** The last stage runs, is over without a result yet, or waits in systemd's queue behind others that may have failed. */
const mayStillRun = (final: string): boolean =>
  /ActiveState=(activating|active|reloading)/.test(final) ||
  (/ActiveState=inactive/.test(final) && /Job=\d/.test(final))

function stageOf(status: Parts | undefined): string {
  if (!status) return 'before its first stage'
  if (typeof status.stage === 'string') return `in its stage ${status.stage}`
  const ended = ['init-local', 'init', 'modules-config', 'modules-final'].findLast(name => {
    const stage = status[name]
    return isObject(stage) && typeof stage.finished === 'number'
  })
  return ended ? `after its stage ${ended}` : 'before its first stage'
}

type Parts = { readonly [key: string]: Json }

function partsOf(text: string | undefined): Parts | undefined {
  if (text === undefined) return undefined
  const v1 = parsed(text)?.v1
  if (!isObject(v1)) throw new Error(`not what cloud-init writes: ${text.slice(0, 80)}`)
  return v1
}

function parsed(text: string): { readonly v1?: Json } | null {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const isObject = (value: Json | undefined): value is Parts =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const listed = (lists: readonly (Json | undefined)[]): string[] => [
  ...new Set(lists.flatMap(list => (Array.isArray(list) ? list.map(String) : []))),
]
