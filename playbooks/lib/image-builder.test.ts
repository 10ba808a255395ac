import { beforeEach, expect, it } from 'vitest'
import type { LabHosts } from '../../engine/inventory/lab.ts'
import { Run } from '../../engine/play/run.ts'
import { labOf, strictProvider } from '../../engine/play/testing/lab.ts'
import type { Found } from '../../engine/provider/provider.ts'
import { onlyPrograms } from '../../kube/images/testing/only-programs.ts'
import { labRegistry } from '../../kube/registry/lab-registry.ts'
import { machineChecks } from '../checks/doctor/machine.ts'
import { imageBuilder } from './image-builder.ts'

const program = onlyPrograms()
beforeEach(() => program('go', 'exit 0'))

function runOf(changed: { check?: boolean; found?: Found; provider?: LabHosts['provider'] } = {}): Run {
  const lab = labOf(['nfs'], { [labRegistry.group]: ['nfs'] })
  const found: Record<string, Found> = { nfs: changed.found ?? { is: 'absent' } }
  const run = new Run({
    options: { playbook: 'up', check: changed.check ?? false, forks: 5, yes: false },
    lab: { ...lab, provider: changed.provider ?? 'static' },
    ...{ provider: strictProvider(found), stateFolder: '/nowhere' },
    ...{ emit: () => undefined, signal: new AbortController().signal },
    connect: () => Promise.reject(new Error('no host is connected to')),
  })
  run.found = new Map(Object.entries(found))
  return run
}

it('a lab that is to come is refused at once where nothing builds its images', async () => {
  await expect(imageBuilder().perform(runOf())).rejects.toMatchObject({ failure: { code: 'no-image-builder' } })
  await program('buildah', 'exit 0')
  await imageBuilder().perform(runOf())
})

it('so is one whose programs cannot be compiled', async () => {
  await program('buildah', 'exit 0')
  await program('go', 'echo "no such toolchain" >&2; exit 1')
  await expect(imageBuilder().perform(runOf())).rejects.toMatchObject({ failure: { code: 'go-missing' } })
  await expect(imageBuilder().perform(runOf({ provider: 'local' }))).rejects.toMatchObject({
    failure: { code: 'go-missing' },
  })
})

it('check mode tells it at its end, unless up would install what is missing', async () => {
  const run = runOf({ check: true })
  await imageBuilder().perform(run)
  expect(run.reminders).toEqual([
    expect.stringMatching(/^Without --check this would end at once\. .*buildah: .*ENOENT/),
  ])
  const local = runOf({ check: true, provider: 'local' })
  await imageBuilder().perform(local)
  expect(local.reminders).toEqual([])
})

it('nothing is asked of this machine for a registry that may have the images', async () => {
  await imageBuilder().perform(runOf({ found: { is: 'stopped' } }))
})

it('the doctor finds the same, also of a lab that stands', async () => {
  const check = machineChecks.find(({ id }) => id === 'images')
  const found: Found = { is: 'stopped' }
  await expect(check?.look(runOf({ found }))).rejects.toMatchObject({ failure: { code: 'no-image-builder' } })
  await expect(check?.look(runOf({ provider: 'local' }))).resolves.toBe('up installs buildah on this machine')
})
