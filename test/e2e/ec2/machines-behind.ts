import type { Machines } from './machines.ts'
import { child, type Element, items, textOf } from './xml.ts'

/** Has machines do what is said of instances. */
export async function haveMachinesDo(
  machines: Machines,
  action: string,
  form: URLSearchParams,
  answer: Element,
): Promise<void> {
  const decoded = (name: string) => Buffer.from(form.get(name) ?? '', 'base64').toString('utf8')
  const ids = [...form].flatMap(([key, value]) => (/^InstanceId\.\d+$/.test(key) ? [value] : []))
  if (action === 'ImportKeyPair') await machines.keyImported(decoded('PublicKeyMaterial'))
  if (action === 'RunInstances')
    for (const item of items(answer, 'instancesSet'))
      machines.run(textOf(item, 'instanceId'), hostIn(form), decoded('UserData'))
  for (const id of ids) {
    if (action === 'StopInstances') machines.stop(id)
    if (action === 'StartInstances') machines.start(id)
    if (action === 'TerminateInstances') machines.end(id)
  }
}

/** What only the machines know: where they are reached, and what they have said at boot. */
export async function showMachines(machines: Machines, action: string, answer: Element): Promise<void> {
  if (action === 'GetConsoleOutput') {
    const shown = child(answer, 'output')
    if (shown) shown.text = Buffer.from(await machines.consoleOf(textOf(answer, 'instanceId'))).toString('base64')
  }
  if (action !== 'DescribeInstances') return
  for (const reservation of items(answer, 'reservationSet'))
    for (const item of items(reservation, 'instancesSet')) {
      const addresses = await machines.addressesOf(textOf(item, 'instanceId'))
      for (const [name, side] of [
        ['privateIpAddress', 'inside'],
        ['ipAddress', 'outside'],
      ] as const) {
        const shown = child(item, name)
        if (shown && addresses) shown.text = addresses[side]
        else if (!addresses) item.children = item.children.filter(one => one.name !== name)
      }
    }
}

/** The host that an instance is to be, by its tag. */
function hostIn(form: URLSearchParams): string {
  const key = [...form].find(([name, value]) => /\.Tag\.\d+\.Key$/.test(name) && value === 'andamio:host')?.[0]
  return form.get((key ?? '').replace(/Key$/, 'Value')) ?? ''
}
