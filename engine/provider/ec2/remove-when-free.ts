import type { Ec2Lab } from './lab.ts'
import { isService } from './service-error.ts'

/** Network cards of hosts that have just ended may hold it for minutes. */
const heldSeconds = 300

/** Tries to remove something until nothing uses it any more. Throws what EC2 says when that takes too long. */
export async function removeWhenFree(lab: Ec2Lab, what: string, remove: () => Promise<unknown>): Promise<void> {
  const { account } = lab
  const deadline = account.clock.now() + heldSeconds * 1000
  for (let pause = 2; ; pause = Math.min(pause * 1.5, 20)) {
    try {
      await remove()
      return
    } catch (error) {
      const held = isService(error, 'DependencyViolation', 'InvalidGroup.InUse')
      if (!held || account.clock.now() > deadline) throw error
      const wait = { type: 'wait', host: lab.name, limitSeconds: heldSeconds, seconds: 0 } as const
      lab.emit({ ...wait, what: `the ${what} to be free`, detail: 'something still uses it' })
      await account.clock.sleep(pause * 1000, lab.signal)
    }
  }
}
