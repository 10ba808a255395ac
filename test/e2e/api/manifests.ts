import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { equal, figure, holds, prove } from '../proof.ts'
import { configMap, deployment, namespace, settings, web } from './objects.ts'
import { list, play, refusal, root, session, setStatus, tellAddress, waits, write } from './stage.ts'

/** Apply, diff, drift, refusals, readiness. */
export async function manifests(): Promise<void> {
  write('10-namespace.yaml', namespace)
  write('20-settings.yaml', configMap({ colour: 'blue', server: '<%= it.address %>' }))

  await prove('check names every object before its values are known', async () => {
    equal(
      await play(list(), true),
      [
        'manifest Namespace app: object',
        'manifest-ready app/10-namespace.yaml: Namespace app',
        'manifest ConfigMap app/settings: object',
      ],
      'what would change',
    )
    equal(await session.reader.get(settings), undefined, 'the object that check made')
  })

  await prove('up applies them, and a second time nothing', async () => {
    tellAddress('10.0.0.20')
    const changed = await play(list())
    equal(changed.length, 3, 'changes')
    const found = await session.reader.get(settings)
    equal(found?.data, { colour: 'blue', server: '10.0.0.20' }, 'what the file says')
    equal(found?.metadata.labels, { 'andamio.dev/owned-by': 'lab.app' }, 'whose it is')
    const before = session.roundTrips()
    equal(await play(list()), [], 'changes of the second time')
    figure('round trips of a converged play', session.roundTrips() - before, { atMost: 1 }, 'round trips')
  })

  await prove('what others changed, and what the file no longer says, is named and mended', async () => {
    await session.writer.patch(settings, { data: { colour: 'red' } })
    write('20-settings.yaml', configMap({ colour: 'blue', size: '3' }))
    const differs = [
      'manifest ConfigMap app/settings: data.colour',
      'manifest ConfigMap app/settings: data.server',
      'manifest ConfigMap app/settings: data.size',
    ]
    equal([...(await play(list(), true))].sort(), differs, 'what would change')
    equal([...(await play(list()))].sort(), differs, 'what changed')
    equal((await session.reader.get(settings))?.data, { colour: 'blue', size: '3' }, 'the result')
  })

  await prove("an object that is somebody else's is refused, and an invalid one, in check mode too", async () => {
    await session.writer.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'app', name: 'theirs' },
      data: {},
    })
    write('21-theirs.yaml', { ...configMap({}), metadata: { namespace: 'app', name: 'theirs' } })
    equal((await refusal(play(list(), true))).failure.code, 'manifest-not-ours', 'the code')
    write('21-theirs.yaml', { ...configMap({}), metadata: { namespace: 'app', name: 'wrong' }, dada: {} })
    const invalid = await refusal(play(list(), true))
    equal(invalid.failure.code, 'manifest-refused', 'the code')
    holds(/dada/.test(invalid.failure.cause ?? ''), `the field is named: ${invalid.failure.cause}`)
    rmSync(join(root, 'app', '21-theirs.yaml'))
  })

  await prove('readiness is waited for, and what is missing is said', async () => {
    write('30-web.yaml', deployment('web:1'))
    const late = await refusal(play(list()))
    equal(late.failure.code, 'wait-timeout', 'the code')
    holds(
      /Deployment app\/web: its controller has not seen it yet/.test(late.failure.cause ?? ''),
      `${late.failure.cause}`,
    )
    const available = { replicas: 2, updatedReplicas: 2, availableReplicas: 2, readyReplicas: 2 }
    const waiting = play(list())
    await setStatus(web, { ...available, availableReplicas: 1 })
    await session.writer.until(
      'the wait to tell',
      5,
      async () => waits.some(wait => wait.includes('1 of 2 available')) || 'it is silent',
    )
    await setStatus(web, available)
    equal(await waiting, ['manifest-ready app/30-web.yaml: Deployment app/web'], 'what changed')
  })

  await prove('an immutable field is refused by name', async () => {
    const moved = deployment('web:1')
    write('30-web.yaml', {
      ...moved,
      spec: {
        ...moved.spec,
        selector: { matchLabels: { app: 'other' } },
        template: { ...moved.spec.template, metadata: { labels: { app: 'other' } } },
      },
    })
    holds(/immutable/.test((await refusal(play(list(), true))).failure.cause ?? ''), 'it says immutable')
    write('30-web.yaml', deployment('web:2'))
    equal(
      await play(list(), true),
      [
        'manifest Deployment app/web: spec.template.spec.containers[web].image',
        'manifest-ready app/30-web.yaml: Deployment app/web',
      ],
      'a lawful change',
    )
    write('30-web.yaml', deployment('web:1'))
  })
}
