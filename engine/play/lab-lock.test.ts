import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { identify } from '../process/identity.ts'
import { labsFolder, stateFolder } from './folders.ts'
import { lockLab } from './lab-lock.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-lock-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A lock whose holder has been killed. */
async function leaveDeadLock(): Promise<void> {
  const child = spawn('sleep', ['60'])
  const process = await identify(child.pid as number)
  const gone = new Promise(resolve => child.on('exit', resolve))
  child.kill('SIGKILL')
  await gone
  await mkdir(folder, { recursive: true })
  await writeFile(
    join(folder, 'lock'),
    JSON.stringify({ process, playbook: 'up', who: 'someone@somewhere', since: 'then' }),
  )
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
