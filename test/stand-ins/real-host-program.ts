/**
 * Boots and removes the real host behind a machine, for a program that is not ours:
 *   up NAME ADDRESS NETMASK    prints how to log in, as JSON
 *   down NAME
 */
import { bootHost, removeHost } from './real-host.ts'

const folder = process.env.STAND_IN_FOLDER
const [command, name, address = '', netmask] = process.argv.slice(2)
if (!folder || !name) throw new Error('STAND_IN_FOLDER names no folder, or nothing names the host')
// What the booting tells goes elsewhere.
const say = process.stdout.write.bind(process.stdout)
process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write
if (command === 'up' && netmask === '255.255.255.0') {
  const subnet = address.replace(/\d+$/, '0/24')
  say(`${JSON.stringify(await bootHost({ name, folder, subnet, size: { address } }))}\n`)
} else if (command === 'down') await removeHost({ name, folder })
else throw new Error(`not in a form that is known: ${process.argv.slice(2).join(' ')}`)
