/**
 * Stands in for the program `multipass` with real hosts behind its instances: each boots with cloud-init and the user data
 * that a launch gives. Remembers in the folder STAND_IN_FOLDER, a file for each instance; what it is not known to be asked
 * ends it with status 99.
 */
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Guest, MultipassStandIn } from '../../engine/provider/multipass/testing/stand-in.ts'
import { UnexpectedCall } from '../../engine/provider/testing/stand-in.ts'

const folder = process.env.STAND_IN_FOLDER
if (!folder) throw new Error('STAND_IN_FOLDER names no folder')
const kept = join(folder, 'instances')
mkdirSync(kept, { recursive: true })
const fileOf = (name: string) => join(kept, `${name}.json`)
const names = () => readdirSync(kept).map(file => file.replace(/\.json$/, ''))

const instances = Object.fromEntries(
  names().map((name): [string, Guest] => [name, JSON.parse(readFileSync(fileOf(name), 'utf8'))]),
)
const before = new Map(Object.entries(instances).map(([name, guest]) => [name, JSON.stringify(guest)]))

const multipass = new MultipassStandIn(
  { version: '1.14.1', instances },
  {
    async boot(name, userData) {
      keepChanged() // Others see it starting.
      const file = join(folder, `${name}.user-data`)
      writeFileSync(file, await asMultipassDoes(userData), { mode: 0o600 })
      return (await (await realHosts()).bootHost({ name, folder, size: { image: 'cloud', userData: file } })).address
    },
    remove: async name => (await realHosts()).removeHost({ name, folder }),
  },
)

/** Most calls need none, and loading it takes seconds. */
const realHosts = () => import('./real-host.ts')

/** Its vendor data makes Ubuntu's user the one that keys are for, whatever the image calls its own. */
async function asMultipassDoes(userData: string): Promise<string> {
  const { parse, stringify } = await import('yaml')
  const system_info = { default_user: { name: 'ubuntu' } }
  return `#cloud-config\n${stringify({ ...parse(userData), system_info })}`
}

/** Only what this call has changed: others are called side by side with it. */
function keepChanged(): void {
  for (const [name, guest] of Object.entries(instances)) {
    const text = JSON.stringify(guest)
    if (before.get(name) === text) continue
    before.set(name, text)
    writeFileSync(fileOf(name), text, { mode: 0o600 })
  }
  for (const name of before.keys()) if (!(name in instances)) rmSync(fileOf(name), { force: true })
}

const args = process.argv.slice(2)
appendFileSync(join(folder, 'calls'), `${args.join(' ')}\n`)
// What the hosts' booting tells is nothing that the program would say.
const say = process.stdout.write.bind(process.stdout)
process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write
try {
  const told = await multipass.answer(args, args.includes('-') ? readFileSync(0, 'utf8') : '')
  keepChanged()
  say(told.stdout)
  process.stderr.write(told.stderr)
  process.exitCode = told.code
} catch (error) {
  process.stderr.write(`${(error as Error).stack}\n`)
  process.exitCode = error instanceof UnexpectedCall ? 99 : 98
}
