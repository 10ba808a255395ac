/**
 * One run at a time on a lab, from whichever machines: races, a holder that is killed, interrupted, or put to sleep. On
 * two real hosts, each operator with a state folder of its own. Needs root; `npm run e2e:lease`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProviderPlan } from '../engine/provider/provider.ts'
import { arena } from './e2e/contender.ts'
import { convergePlan } from './e2e/converge-plan.ts'
import { RealHost } from './e2e/law-host.ts'
import { leaseOver, Operators } from './e2e/operators.ts'
import { equal, figure, holds, proof, prove, say } from './e2e/proof.ts'
import { races } from './e2e/races.ts'
import { randomFrom } from './e2e/random.ts'
import type { PlaybookResult, RunningPlaybook } from './e2e/run-playbook.ts'
import { scratchLab } from './e2e/scratch-lab.ts'

const folder = await mkdtemp(join(tmpdir(), 'andamio-lease-'))
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
const random = randomFrom(seed)
let destroy: (() => ProviderPlan) | undefined
const running = new Set<RunningPlaybook>()

async function until(what: string, holdsNow: () => Promise<boolean>, seconds = 120): Promise<number> {
  const began = performance.now()
  while (!(await holdsNow())) {
    holds(performance.now() - began < seconds * 1000, `${what} within ${seconds} s`)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  return (performance.now() - began) / 1000
}

const failureOf = ({ exit, end }: PlaybookResult): unknown => [exit, end?.failure?.code]
const pause = (seconds: number) => new Promise(resolve => setTimeout(resolve, seconds * 1000))

async function steps(): Promise<void> {
  say(`seed ${seed}; SEED=${seed} repeats it`)
  const size = { memory: '512M', cpus: 1 }
  const stateFolder = join(folder, 'hosts')
  const lab = await scratchLab({ name: `lease-${process.pid % 1000}`, stateFolder, hosts: { cp: size, worker: size } })
  destroy = () => lab.provider.destroy()
  await convergePlan(lab.provider.create(), 'shared-first')
  const found = await lab.provider.find()
  const operators = await Operators.of(join(folder, 'home'), found)
  const cp = await RealHost.reach('cp', found.get('cp'))
  const worker = await RealHost.reach('worker', found.get('worker'))

  const start = (...args: Parameters<Operators['start']>): RunningPlaybook => {
    const run = operators.start(...args)
    running.add(run)
    void run.done.finally(() => running.delete(run))
    return run
  }
  const both = (script: string) => Promise.all([cp.sh(script), worker.sh(script)])
  const gate = (open: boolean) => both(`mkdir -p ${arena}; ${open ? 'touch' : 'rm -f'} ${arena}/gate`)
  const filesOf = async (name: string): Promise<number> =>
    (await both(`ls ${arena} | grep -c '^${name}-[0-9]*$' || :`)).reduce((sum, count) => sum + Number(count), 0)
  const holder = () => cp.sh('sed -n 5p /var/lib/andamio/lease 2>/dev/null')
  const held = async () => (await cp.sh('sed -n 2p /var/lib/andamio/lease 2>/dev/null')) !== ''
  const age = async () =>
    Number(
      await cp.sh(
        `read -r now _ </proc/uptime; read -r then </run/lock/andamio-lease.renewed; echo $((\${now%.*} - then))`,
      ),
    )
  /** Asks until the lease is free, and has it then. */
  const win = async (name: string): Promise<{ giveBack(): Promise<void> }> => {
    const connection = await operators.connect()
    for (const began = performance.now(); ; await pause(0.2)) {
      const lease = leaseOver(connection, name)
      const won = await lease
        .permit()
        .catch(error => holds(performance.now() - began < 60_000, `${name} wins: ${error}`))
      if (!won) continue
      return { giveBack: () => lease.release().then(() => connection.close()) }
    }
  }
  const someoneWaitsAtTheGate = () =>
    until('somebody works', async () => (await worker.sh(`ls ${arena}`)).includes('.waits'))

  await prove(
    'a run that changes nothing takes no lease; one that does pays for it with four round trips',
    async () => {
      const first = await start('first').done
      equal(failureOf(first), [0, undefined], 'the first run')
      // A look at each of two hosts; to apply, to look at it, to confirm all.
      figure('round trips for the lease of a run on two hosts', (first.end?.roundTrips ?? 99) - 8, { atMost: 4 }, '')
      const before = await cp.sh('cat /var/lib/andamio/lease')
      const second = await start('first').done
      equal([...[failureOf(second)].flat(), second.end?.roundTrips], [0, undefined, 2], 'the second run')
      equal(await cp.sh('cat /var/lib/andamio/lease'), before, 'the lease after it')
    },
  )

  await prove('of operators that ask at once exactly one wins', async () => {
    const connections = await Promise.all(Array.from({ length: 5 }, () => operators.connect()))
    figure('races of 200 without exactly one winner', await races(200, connections, seed), { atMost: 0 }, 'races')
    for (const connection of connections) await connection.close()
  })

  await prove('of whole runs that begin at once one works, and the others name it and end with 75', async () => {
    for (let race = 0; race < 5; race++) {
      await gate(false)
      await both(`rm -f ${arena}/*.waits`)
      const names = Array.from({ length: 2 + Math.floor(random() * 4) }, (_, lane) => `run${race}x${lane}`)
      const runs = names.map(name => ({ name, run: start(name, { gate: true }) }))
      await someoneWaitsAtTheGate()
      const won = await holder()
      const ends = runs.map(async ({ name, run }) => ({ name, result: await run.done }))
      const refused: string[] = []
      for (const end of ends) void end.then(({ name, result }) => result.exit === 75 && refused.push(name))
      await until('the others have ended', async () => refused.length === names.length - 1)
      await gate(true)
      for (const { name, result } of await Promise.all(ends)) {
        equal(failureOf(result), refused.includes(name) ? [75, 'lease-held'] : [0, undefined], name)
        equal(await filesOf(name), refused.includes(name) ? 0 : 2, `files of ${name}`)
        if (refused.includes(name))
          holds(result.end?.failure?.message.includes(won) === true, `${name} is told of ${won}`)
      }
    }
  })

  await prove(
    'a run that is killed is followed at once from its own machine, and from others when it counts as dead',
    async () => {
      for (const from of ['here', 'elsewhere']) {
        await gate(false)
        const doomed = start(`doomed-${from}`, { gate: true, seat: 'here' })
        await until('it works', held)
        await until('it has shown life a moment ago', async () => (await age()) >= 2)
        doomed.kill('SIGKILL')
        const killed = performance.now()
        await doomed.done
        await gate(true)
        if (from === 'here') {
          equal(failureOf(await start('heir', { seat: 'here' }).done), [0, undefined], 'the next run there')
          // A whole run, of which most is its start; had it to wait for the lease, it would be 30 s and the start.
          figure(
            'a killed run is followed from its own machine after',
            (performance.now() - killed) / 1000,
            { atMost: 20 },
            's',
          )
        } else {
          equal(failureOf(await start('heir-too-early').done), [75, 'lease-held'], 'a run elsewhere at once')
          const heir = await win('heir')
          figure(
            'a killed run is followed from elsewhere after',
            (performance.now() - killed) / 1000,
            { atMost: 30 },
            's',
          )
          await heir.giveBack()
        }
      }
    },
  )

  await prove('an interrupted run finishes what it does and gives the lease back', async () => {
    await gate(false)
    const run = start('interrupted', { gate: true, files: 3 })
    const waits = async () => (await both(`ls ${arena}`)).every(names => names.includes('interrupted-0.waits'))
    await until('it works on both', waits)
    run.kill('SIGINT')
    await gate(true)
    equal((await run.done).end?.exit, 130, 'exit status')
    equal(await held(), false, 'the lease is held')
    equal(await filesOf('interrupted'), 2, 'files: one on each host')
  })

  await prove('a run that slept does nothing any more when another has had the lab meanwhile', async () => {
    let after = 0
    for (let cycle = 0; cycle < 3; cycle++) {
      const sleeper = start(`sleeper${cycle}`, { files: 400 })
      await until('it works', async () => (await filesOf(`sleeper${cycle}`)) > 4)
      await pause(random() * 2)
      sleeper.kill('SIGSTOP')
      const stopped = performance.now()
      const other = await win(`other${cycle}`)
      await pause(45 - (performance.now() - stopped) / 1000)
      // No other run has been on the worker: nothing there tells that a newer lease exists.
      const before = await filesOf(`sleeper${cycle}`)
      sleeper.kill('SIGCONT')
      equal(failureOf(await sleeper.done), [75, 'lease-lost'], 'how the sleeper ends')
      after += (await filesOf(`sleeper${cycle}`)) - before
      await other.giveBack()
    }
    figure('changes by runs that were asleep for 45 s, after waking, 3 times', after, { atMost: 0 }, 'changes')
  })

  await prove('a run that slept while nobody came goes on', async () => {
    const sleeper = start('alone', { files: 30 })
    await until('it works', async () => (await filesOf('alone')) > 2)
    sleeper.kill('SIGSTOP')
    await pause(45)
    sleeper.kill('SIGCONT')
    equal(failureOf(await sleeper.done), [0, undefined], 'how it ends')
    equal(await filesOf('alone'), 60, 'its files')
  })
  await Promise.all([cp.connection.close(), worker.connection.close()])
}

async function cleanUp(): Promise<void> {
  for (const run of running) run.kill('SIGKILL')
  if (destroy) await convergePlan(destroy(), 'hosts-first')
  await rm(folder, { recursive: true, force: true })
}

await proof('one run at a time', steps, cleanUp)
