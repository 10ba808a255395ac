import { equal, figure, holds } from '../proof.ts'
import { type Ran, type Rig, smallLab } from './rig.ts'
import { truth } from './truth.ts'

/** What a run has counted as made, and what it says at its end to be there still. */
const toldOf = ({ changed, unlessDone }: Ran) => {
  const { text = '', data } = unlessDone[0] ?? {}
  const made = changed.filter(id => id.startsWith('ec2-instance ')).map(id => id.replace('ec2-instance ', ''))
  return { text, made, instances: (data?.instances ?? []) as readonly { readonly id: string; readonly host: string }[] }
}

/** Wherever an up ends, what it has launched is counted, and told with its price and the way to remove it. */
export async function endedEarly(rig: Rig): Promise<void> {
  // While it is launched, where it is shown at once or late; while it does not answer.
  const moments = [
    ['RunInstances', 0],
    ['RunInstances', 120],
    ['SSH', 0],
  ] as const
  let untold = 0
  for (const [interruptAt, hidden] of moments) {
    await rig.anew({ moveSeconds: 10, hiddenSeconds: () => hidden })
    const ran = await rig.up(smallLab, { interruptAt })
    const { hosts, marked } = await truth(rig.account)
    const { text, made, instances } = toldOf(ran)
    holds(hosts.length > 0, `${interruptAt}: instances are there`)
    untold += hosts.filter(host => !made.includes(host)).length
    equal(instances.map(({ host }) => host).toSorted(), hosts, `${interruptAt}: what is told: ${text}`)
    for (const { id } of instances) holds(marked.includes(`instance ${id}`) && text.includes(id), `${id} is named`)
    holds(/about 0\.0[1-9] USD an hour/.test(text) && /down\.mjs$/.test(text), `what it costs: ${text}`)
    equal((await rig.down()).error, undefined, 'down')
  }
  figure('instances that an interrupted up has launched and not counted', untold, { atMost: 0 }, '')

  // A limit that is reached when one host is there.
  let launched = 0
  const quota = { code: 'VcpuLimitExceeded', message: 'You have requested more vCPU capacity than your limit' }
  const refuses = (action: string, dryRun: boolean) =>
    action === 'RunInstances' && !dryRun && ++launched > 1 ? quota : undefined
  await rig.anew({ refuses })
  const { text, instances } = toldOf(await rig.up())
  equal(
    instances.map(({ host }) => host),
    (await truth(rig.account)).hosts,
    `what a quota leaves: ${text}`,
  )
  holds(/^1 instance of the lab rig runs/.test(text), text)
  rig.proxy.weather({ clock: rig.clock })
  const down = await rig.down()
  equal([down.error, down.unlessDone], [undefined, []], 'what is told after down')
}
