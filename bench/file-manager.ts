/**
 * The file manager side by side with a bare TLS stream that hashes and writes likewise, and with scp, on loopback: one
 * large file both ways, and many small ones. Rivals take turns, so that a busy machine slows all alike.
 *
 *   npm run bench:file-manager                      1 GiB and 10,000 files of 1 KiB, three rounds each
 *   npm run bench:file-manager -- 256 2000 5        MiB, files, rounds
 */

import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { peakMemoryOf } from '../engine/process/peak-memory.ts'
import { ownFileSystem } from './file-manager/file-system.ts'
import { bareLoop, bareStream, makeFile, startOurs, startScp, syncOf, type Taken } from './file-manager/rivals.ts'
import { median } from './results.ts'

const [megabytes = 1024, files = 10_000, rounds = 3] = process.argv.slice(2).map(Number)
const folder = mkdtempSync(join(tmpdir(), 'andamio-bench-file-manager-'))
const data = join(folder, 'data')
mkdirSync(data)
const big = join(folder, 'big')
const taken = new Map<string, Taken[]>()

type Ours = Awaited<ReturnType<typeof startOurs>>
type Scp = Awaited<ReturnType<typeof startScp>>

async function turn(name: string, act: () => Promise<Taken>): Promise<void> {
  const one = await act()
  taken.set(name, [...(taken.get(name) ?? []), one])
  const seconds = `${one.transfer.toFixed(2).padStart(8)} s, whole command ${one.command.toFixed(2)} s`
  const [load] = loadavg()
  process.stdout.write(
    `${name.padEnd(32)} ${seconds}, processors ${one.processor.toFixed(2)} s, load ${load?.toFixed(1)}\n`,
  )
}

const middle = (name: string, what: keyof Taken): number => median((taken.get(name) ?? []).map(one => one[what]))

function verdict(what: string, ratio: number, goal: number): void {
  const met = ratio >= goal
  process.stdout.write(`${met ? 'met   ' : 'MISSED'}  ${what}: ${ratio.toFixed(2)} (goal: at least ${goal})\n`)
  if (!met) process.exitCode = 1
}

let folders = 0
function fresh(on = folder): string {
  const path = join(on, `fresh-${++folders}`)
  mkdirSync(path)
  return path
}

async function largeFile(ours: Ours, scp: Scp): Promise<void> {
  const there = fresh()
  const [bare, down, copied] = [fresh(), fresh(), fresh()]
  for (const [name, act] of [
    ['bare TLS stream', () => bareStream(folder, big, join(bare, 'big'))],
    ['upload', () => ours.client(folder, 'upload', 'big')],
    ['download', () => ours.client(down, 'download', 'big')],
    ['scp, there', () => scp.copy(big, scp.remote(join(there, 'big')))],
    ['scp, back', () => scp.copy(scp.remote(big), join(copied, 'big'))],
  ] as const) {
    // What one leaves to the system is written before the next turn, which is not to pay for it.
    await syncOf(folder)
    await turn(name, act)
  }
  for (const each of [there, bare, down, copied]) rmSync(each, { recursive: true })
  rmSync(join(data, 'big'))
}

async function smallFiles(scp: Scp): Promise<number> {
  const on = join(folder, 'small')
  // Six folders of files, for each of which ext4 has an inode in 16 KiB.
  const system = ownFileSystem(on, 512 + Math.ceil((files * 6) / 64))
  if (!system.own) process.stdout.write('not root: small files have no file system of their own, see file-system.ts\n')
  try {
    return await smallFilesOn(on, scp)
  } finally {
    system.close()
  }
}

async function smallFilesOn(on: string, scp: Scp): Promise<number> {
  const small = fresh(on)
  for (let i = 0; i < files; i++) writeFileSync(join(small, `file-${i}`), randomBytes(1024))
  const names = readdirSync(small)
  const ours = await startOurs(fresh(), fresh(on))
  const [there, down, copied, bare] = [fresh(on), fresh(on), fresh(on), fresh(on)]
  try {
    await syncOf(on)
    await turn('upload of small files', () => ours.client(small, 'upload', ...names))
    await turn('scp -r, there', () => scp.copy('-r', small, scp.remote(there)))
    await turn('sync of what it left', () => syncOf(on))
    await turn('download of small files', () => ours.client(down, 'download', ...names))
    await turn('scp -r, back', () => scp.copy('-r', scp.remote(small), copied))
    await turn('sync of what it left', () => syncOf(on))
    await turn('bare loop, without a network', () => bareLoop(small, names, bare))
    return mostMemory(ours)
  } finally {
    await ours.close()
  }
}

const mostMemory = ({ server }: Ours): number => Math.round(peakMemoryOf(server.child.pid ?? 0) / 2 ** 20)

const ours = await startOurs(folder, data)
const scp = await startScp(folder)
try {
  const memory: number[] = []
  if (files > 0) for (let round = 0; round < rounds; round++) memory.push(await smallFiles(scp))
  if (megabytes > 0) {
    makeFile(big, megabytes * 2 ** 20)
    for (let round = 0; round < rounds; round++) await largeFile(ours, scp)
  }
  if (megabytes > 0) {
    const bare = middle('bare TLS stream', 'transfer')
    verdict('upload to bare stream', bare / middle('upload', 'transfer'), 0.8)
    verdict('download to bare stream', bare / middle('download', 'transfer'), 0.8)
    verdict('upload to scp, whole commands', middle('scp, there', 'command') / middle('upload', 'command'), 1)
    verdict('download to scp, whole commands', middle('scp, back', 'command') / middle('download', 'command'), 1)
  }
  if (files > 0)
    for (const [what, rival] of [
      ['upload', 'scp -r, there'],
      ['download', 'scp -r, back'],
    ] as const) {
      const name = `${what} of small files`
      verdict(`${name} to scp -r, whole commands`, middle(rival, 'command') / middle(name, 'command'), 5)
      const durable = middle(rival, 'command') + middle('sync of what it left', 'command')
      const beside = (words: string, ratio: number) =>
        process.stdout.write(`        ${what} ${words}: ${ratio.toFixed(2)}\n`)
      beside('to scp -r and a sync, which ours includes', durable / middle(name, 'command'))
      beside('to scp -r, time of processors', middle(rival, 'processor') / middle(name, 'processor'))
      beside('to a bare loop', middle(name, 'command') / middle('bare loop, without a network', 'command'))
    }
  process.stdout.write(`servers have had up to ${Math.max(mostMemory(ours), ...memory)} MB\n`)
} finally {
  await Promise.all([ours.close(), scp.close()])
  rmSync(folder, { recursive: true })
}
