/**
 * Boots blank local hosts to try things on, and removes them:
 *   npm run scratch -- up LAB [HOST...]      prints a command that logs in, for each host
 *   npm run scratch -- down LAB
 */
import { rm } from 'node:fs/promises'
import type { SshEndpoint } from '../engine/connection/connection.ts'
import { convergePlan } from './e2e/converge-plan.ts'
import { say } from './e2e/proof.ts'
import { scratchLab, scratchState } from './e2e/scratch-lab.ts'

const [command, name = '', ...hosts] = process.argv.slice(2)
if (!/^[a-z][a-z0-9-]{0,19}$/.test(name) || (command !== 'up' && command !== 'down')) {
  process.stderr.write('usage: npm run scratch -- up|down LAB [HOST...]\n')
  process.exit(64)
}

// One processor, as the inventory's hosts have; SCRATCH_CPUS tries another number.
const size = { memory: '2G', cpus: Number(process.env.SCRATCH_CPUS ?? 1) }
const stateFolder = scratchState(name)
const names = hosts.length > 0 ? hosts : ['one']
const lab = await scratchLab({ name, stateFolder, hosts: Object.fromEntries(names.map(host => [host, size])) })
if (command === 'up') {
  await lab.provider.preflight()
  await convergePlan(lab.provider.create(), 'shared-first')
  for (const [host, found] of await lab.provider.find())
    if (found.is === 'running') say(`${host}: ${ssh(found.endpoint)}`)
} else {
  say(`removed: ${(await convergePlan(lab.provider.destroy(), 'hosts-first')).join(', ')}`)
  await rm(stateFolder, { recursive: true, force: true })
}

function ssh({ identityFiles, knownHostsFile, hostKeyAlias, user, address }: SshEndpoint): string {
  const options = `-o UserKnownHostsFile=${knownHostsFile} -o HostKeyAlias=${hostKeyAlias}`
  return `ssh -i ${identityFiles[0]} ${options} ${user}@${address}`
}
