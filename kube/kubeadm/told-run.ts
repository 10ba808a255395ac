import type { HostWriter } from '../../engine/resource/host.ts'

export interface ToldRun {
  /** Hears what kubeadm prints. */
  readonly onStderrLine: (line: string) => void
  /** Something that is to be told besides, and first; undefined: no more. */
  besides(what: string | undefined): void
}

/** Says of a run of kubeadm, for as long as it is waited for, at which step it is. */
export function toldRun(on: HostWriter, what: string, limitSeconds: number, first?: string): ToldRun {
  let [besides, step]: (string | undefined)[] = [first]
  const tell = (): void => on.waiting(what, limitSeconds, [besides, step].filter(Boolean).join('; ') || undefined)
  tell()
  return {
    onStderrLine(line) {
      const [now] = stepLine.exec(line) ?? []
      if (now === undefined) return
      step = now
      tell()
    },
    besides(other) {
      besides = other
      tell()
    },
  }
}

/** As `[certs] Generating "ca" certificate and key`; other lines are warnings and hints. */
const stepLine = /^\[[a-z-]+\] .*\S/
