import { ask } from '../../../engine/resource/ask.ts'
import { present } from '../../../engine/resource/resource.ts'
import { startControlPlane } from '../../real-control-plane.ts'
import { equal, holds, prove } from '../proof.ts'

import { controlPlane, list, namespaceRef, open, refusal, session } from './stage.ts'

/** A restart of the API, changed credentials, an API that is gone. */
export async function trouble(): Promise<void> {
  await prove('reads wait out a restart of the API server', async () => {
    const restarted = controlPlane.restartApi()
    await session.writer.until(
      'the API after its restart',
      60,
      async () => (await session.reader.readiness()).ready || 'it is not ready',
    )
    await restarted
    holds((await session.reader.get(namespaceRef)) !== undefined, 'what it kept is there')
  })

  await prove('changed credentials are read anew, a wrong authority is never talked to', async () => {
    const other = await startControlPlane('other')
    try {
      let reads = 0
      const renewed = await open(() =>
        ++reads === 1 ? other.adminConf.replace(/server: .*/, serverLine()) : controlPlane.adminConf,
      )
      holds((await renewed.reader.get(namespaceRef)) !== undefined, 'it answers in the end')
      equal(reads, 2, 'reads of admin.conf')
      await renewed.close()
      const wrong = await open(() => other.adminConf.replace(/server: .*/, serverLine()))
      equal((await refusal(wrong.reader.get(namespaceRef))).failure.code, 'cluster-unreachable', 'the code')
      await wrong.close()
    } finally {
      await other.stop()
    }
  })

  await prove('an API that is gone is unknown, not absent', async () => {
    await controlPlane.stopApi()
    const [resource] = list()
    holds(resource !== undefined, 'there is a resource')
    const answers = await ask([resource], { session: async () => present(session) })
    equal(answers.get(resource)?.is, 'unknown', 'the answer')
  })
}

const serverLine = (): string => controlPlane.adminConf.match(/server: .*/)?.[0] ?? ''
