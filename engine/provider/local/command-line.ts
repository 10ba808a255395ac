import { hardwareAddress, hostLinks } from './names.ts'

export interface Machine {
  readonly lab: string
  readonly host: string
  /** `2G`, as the kernel reads it. */
  readonly memory: string
  readonly cpus: number
}

/**
 * What the kernel is started with, in the host's folder: with names relative to it, for a path may hold what the
 * kernel's own syntax gives a meaning to.
 */
export function kernelArguments({ lab, host, memory, cpus }: Machine): string[] {
  return [
    `mem=${memory}`,
    `ncpus=${cpus}`,
    'ubd0=disk.img',
    'ubd1r=seed.tar',
    'root=/dev/ubda',
    'rw',
    // A raw socket on one end of the cable: the tap transport panics a kernel with several processors.
    `vec0:transport=raw,ifname=${hostLinks(host).card},depth=64,mac=${hardwareAddress(lab, host)}`,
    // Several times faster than the older way of catching system calls, and an error where it is not to be had.
    'seccomp=on',
    'con=null',
    'con0=null,fd:1',
    'quiet',
    'uml_dir=.',
    `umid=${lab}-${host}`,
  ]
}
