import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { identify, type ProcessIdentity } from '../process/identity.ts'
import { labsFolder, stateFolder } from './folders.ts'
import { type Holder, lockLab } from './lab-lock.ts'
import { removeDead, rightTo } from './lock-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-lock-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A run, and what ends it. */
async function startHolder(): Promise<{ readonly holder: Holder; kill(): Promise<void> }> {
  const child = spawn('sleep', ['60'])
  const process = (await identify(child.pid as number)) as ProcessIdentity
  const gone = new Promise(resolve => child.on('exit', resolve))
  return {
    holder: { process, playbook: 'up', who: 'someone@somewhere', since: 'then' },
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function deadHolder(): Promise<Holder> {
  const { holder, kill } = await startHolder()
  await kill()
  return holder
}

const lockPath = () => join(folder, 'lock')
const leave = (path: string, holder: Holder) => writeFile(path, JSON.stringify(holder))

/** A lock whose holder has been killed. */
async function leaveDeadLock(): Promise<Holder> {
  const holder = await deadHolder()
  await mkdir(folder, { recursive: true })
  await leave(lockPath(), holder)
  return holder
}

it('is held by one run at a time, and names the holder to the other with exit status 75', async () => {
  const lock = await lockLab(folder, 'up')
  const error = await lockLab(folder, 'down').catch(error => error)
  expect(error).toMatchObject({
    exit: 75,
    failure: {
      code: 'lab-locked',
      message: expect.stringContaining(`process ${process.pid}`),
      place: join(folder, 'lock'),
    },
  })
  await writeFile(join(folder, 'key'), '')
  await lock.release()
  await (await lockLab(folder, 'down')).release()
  expect(await readdir(folder)).toEqual(['key'])
})

it('names its folder apart from any other, and alike for every run', async () => {
  await writeFile(join(folder, 'key'), '')
  const seatOf = async (path: string) => {
    const lock = await lockLab(path, 'up')
    await lock.release()
    return lock.seat
  }
  const here = await seatOf(folder)
  expect([await seatOf(folder), (await seatOf(join(folder, 'other'))) === here]).toEqual([here, false])
})

it('is taken over at once from a run that was killed', async () => {
  await leaveDeadLock()
  await (await lockLab(folder, 'up')).release()
})

it('has one winner when many find a dead one', async () => {
  for (let round = 0; round < 20; round++) {
    await leaveDeadLock()
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockLab(folder, 'up')))
    const won = tries.filter(attempt => attempt.status === 'fulfilled')
    expect(won).toHaveLength(1)
    await won[0]?.value.release()
  }
})

describe('a dead lock that a run was about to remove', () => {
  it('has one winner when those who had the right to it were killed, one after the other', async () => {
    for (let round = 0; round < 10; round++) {
      const [first, second, third] = [await leaveDeadLock(), await deadHolder(), await deadHolder()]
      await leave(rightTo(lockPath(), first), second)
      await leave(rightTo(lockPath(), first, second), third)
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockLab(folder, 'up')))
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(await readdir(folder)).toEqual(['lock'])
      await rm(lockPath())
    }
  })

  it('is waited for while that run is at it, however long that takes', async () => {
    const [dead, remover] = [await leaveDeadLock(), await startHolder()]
    const right = rightTo(lockPath(), dead)
    await leave(right, remover.holder)
    await utimes(right, 1, 1)
    let ended = false
    const waiting = lockLab(folder, 'up').finally(() => {
      ended = true
    })
    const started = performance.now()
    await expect.poll(() => performance.now() - started > 200 || ended).toBe(true)
    expect([ended, JSON.parse(await readFile(lockPath(), 'utf8'))]).toEqual([false, dead])
    await remover.kill()
    await (await waiting).release()
  })

  it("leaves the lock that has taken its place to its holder, whoever's right was late", async () => {
    const dead = await leaveDeadLock()
    const next = await startHolder()
    await leave(lockPath(), next.holder)
    const mine = join(folder, 'mine')
    await leave(mine, await deadHolder())
    await removeDead(lockPath(), dead, mine)
    await expect(lockLab(folder, 'up')).rejects.toMatchObject({ failure: { code: 'lab-locked' } })
    expect((await readdir(folder)).sort()).toEqual(['lock', 'mine'])
    await next.kill()
  })
})

describe('what is left', () => {
  beforeEach(() => vi.stubEnv('XDG_STATE_HOME', folder))
  afterEach(() => vi.unstubAllEnvs())

  it('is no empty folder, neither of the lab nor of all labs', async () => {
    await (await lockLab(stateFolder('one'), 'down')).release()
    expect(await readdir(folder)).toEqual([])
  })

  it('is every other lab', async () => {
    await mkdir(stateFolder('other'), { recursive: true })
    await (await lockLab(stateFolder('one'), 'down')).release()
    expect(await readdir(labsFolder())).toEqual(['other'])
  })

  it('is a folder that is not one of labs', async () => {
    await (await lockLab(join(folder, 'mine', 'one'), 'down')).release()
    expect(await readdir(folder)).toEqual(['mine'])
  })
})
