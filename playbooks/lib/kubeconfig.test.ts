import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Run } from '../../engine/play/run.ts'
import type { Event } from '../../engine/report/events.ts'
import { present } from '../../engine/resource/resource.ts'
import { kubeconfig } from './kubeconfig.ts'

const adminConf = `apiVersion: v1
kind: Config
clusters: [{ name: lab, cluster: { certificate-authority-data: Y2E=, server: https://10.0.0.10:6443 } }]
contexts: [{ name: admin@lab, context: { cluster: lab, user: admin } }]
current-context: admin@lab
users: [{ name: admin, user: { client-certificate-data: Y2VydA==, client-key-data: a2V5 } }]
`

it('says which file it wrote and how to use it, to people and to programs', async () => {
  const stateFolder = await mkdtemp(join(tmpdir(), 'andamio-kubeconfig-'))
  const events: Event[] = []
  const run = {
    lab: {},
    stateFolder,
    emit: (event: Event) => events.push(event),
    reach: () => ({
      lab: 'lab',
      stateFolder,
      hostsOf: () => ['cp'],
      addressOf: () => '198.51.100.7',
      readOn: async () => present(adminConf),
      tunnelTo: () => undefined,
    }),
  }
  try {
    await kubeconfig(undefined).perform(run as unknown as Run)
    const path = join(stateFolder, 'kubeconfig')
    expect(await readFile(path, 'utf8')).toContain('198.51.100.7')
    const text = `Wrote ${path}\nUse it: KUBECONFIG=${path} kubectl get nodes`
    expect(events).toEqual([{ type: 'notice', level: 'info', text, path }])
  } finally {
    await rm(stateFolder, { recursive: true })
  }
})
