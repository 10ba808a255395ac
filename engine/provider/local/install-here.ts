import type { Emit } from '../../report/events.ts'
import { sh } from '../../shell/sh.ts'
import { runHere } from './command.ts'

const lockLimitSeconds = 300

/** Installs Debian packages on this machine, and says so. Nothing happens where none is named. Needs root. */
export async function installHere(packages: readonly string[], emit: Emit): Promise<void> {
  if (packages.length === 0) return
  const began = performance.now()
  const task = `Installing on this machine: ${packages.join(', ')}`
  const progress = (ended?: 'ok' | 'failed') =>
    emit({ type: 'progress', task, seconds: (performance.now() - began) / 1000, ...(ended ? { ended } : {}) })
  progress()
  try {
    const script = sh`export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=${lockLimitSeconds} ${packages}; }
install || { apt-get update -qq; install; }`
    await runHere(task, script, { timeoutSeconds: 3 * lockLimitSeconds })
    progress('ok')
  } catch (error) {
    progress('failed')
    throw error
  }
}
