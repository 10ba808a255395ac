import { setTimeout as pause } from 'node:timers/promises'
import { figure, holds, say } from '../proof.ts'
import type { Stage } from './stage.ts'
import { User } from './user.ts'

const kills = 50
const fileBytes = 64 * 1024
/** Of up to 90 s each, at a server in the place of the one that was deleted. */
const looks = 4

/**
 * Three users upload one file after the other, by way of a node each, while one server after the other is deleted. The
 * next goes when its replacement serves.
 */
export async function killUnderLoad(stage: Stage, scratch: string, count = kills): Promise<void> {
  const workers = await stage.workers()
  // What came before has left gigabytes on their way to the disk, which each file's own sync would wait for.
  await stage.lab.on('nfs', 'sync')
  const users = await Promise.all(
    workers.map((node, index) => User.start(stage, `kills-${process.pid}-${index}`, node, scratch)),
  )
  try {
    await judge(stage, users, await killOneByOne(stage, users, count))
  } finally {
    await stage.remove(`kills-${process.pid}-*`)
  }
}

interface Window {
  /** Milliseconds of `performance.now()`: of the deletion, and when another served. */
  readonly from: number
  readonly to: number
}

async function killOneByOne(stage: Stage, users: readonly User[], count: number): Promise<readonly Window[]> {
  const over = new AbortController()
  const busy = users.map(async user => {
    while (!over.signal.aborted) await user.upload(fileBytes)
  })
  const windows: Window[] = []
  try {
    await Promise.all(users.map(user => untilTrue('a first file', 30, async () => user.kept.size > 0)))
    for (let kill = 0; kill < count; kill++) {
      const from = performance.now()
      const victim = await replaceOne(stage, kill % 3)
      const window = { from, to: performance.now() }
      windows.push(window)
      const failed = users.flatMap(({ outcomes }) => outcomes.filter(({ ok, at }) => !ok && at > from))
      say(
        `${kill + 1}: ${victim} replaced after ${((window.to - from) / 1000).toFixed(1)} s, ${failed.length} failures`,
      )
    }
    return windows
  } finally {
    over.abort()
    await Promise.all(busy)
    await Promise.all(users.map(user => user.end()))
  }
}

/** Deletes one of the servers, and waits until it is gone and as many serve as before; on a busy machine in several looks. */
async function replaceOne(stage: Stage, which: number): Promise<string> {
  const listed = await stage.kubectl('get pods --selector app=server --output name')
  const victim = listed.trim().split('\n')[which] ?? ''
  await stage.kubectl(`delete ${victim} --wait=false`)
  for (let look = 1; look <= looks; look++) {
    const told = await stage.lab.on(
      'cp',
      `export KUBECONFIG=/etc/kubernetes/admin.conf
kubectl wait --for=delete ${victim} --timeout=45s >&2 || { echo late; exit; }
kubectl rollout status deployment/server-deployment --timeout=45s >&2 || echo late`,
    )
    if (told.trim() === '') return victim
  }
  throw new Error(`${victim} is not replaced after ${looks} looks`)
}

async function judge(stage: Stage, users: readonly User[], windows: readonly Window[]): Promise<void> {
  const failures = windows.map(({ from }, index) => {
    const to = windows[index + 1]?.from ?? Number.POSITIVE_INFINITY
    return users.flatMap(({ outcomes }) => outcomes.filter(({ ok, at }) => !ok && at >= from && at < to))
  })
  for (const { name, why } of failures.flat()) say(`  failed: ${name}: ${why}`)
  const kept = new Map(users.flatMap(user => [...user.kept]))
  say(
    `${windows.length} servers deleted, ${kept.size} files acknowledged, ${users.flatMap(({ connections }) => connections).length} connections`,
  )
  figure(
    'failures that a user saw, of the worst kill',
    Math.max(0, ...failures.map(({ length }) => length)),
    { atMost: 1 },
    '',
  )
  figure('failures that users saw, of all kills', failures.flat().length, { atMost: windows.length }, '')
  const waits = users.flatMap(waitsOf).sort((a, b) => b.seconds - a.seconds)
  for (const wait of waits.slice(0, 5)) say(`  ${wordsOf(wait, windows)}`)
  figure('the longest that a user waited for one file', waits[0]?.seconds ?? 0, { atMost: 5 }, 's')
  const stored = await stage.stored(`kills-${process.pid}-*`)
  const found = new Map(
    stored
      .trim()
      .split('\n')
      .map(line => [line.slice(66), line.slice(0, 64)]),
  )
  const lost = [...kept].filter(([name, sha256]) => found.get(name) !== sha256)
  figure('acknowledged files that are lost', lost.length, { atMost: 0 }, 'files')
}

interface Wait {
  readonly user: User
  /** Milliseconds of `performance.now()`. */
  readonly from: number
  readonly seconds: number
}

/** Between two acknowledged files of one user. */
function waitsOf(user: User): readonly Wait[] {
  const done = user.outcomes.filter(({ ok }) => ok)
  return done.slice(1).map(({ at }, index) => {
    const from = done[index]?.at ?? at
    return { user, from, seconds: (at - from) / 1000 }
  })
}

/** When it was, and how much of it passed before there was a connection again. */
function wordsOf({ user, from, seconds }: Wait, windows: readonly Window[]): string {
  const kill = windows.findLastIndex(window => window.from <= from)
  const since = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`
  const connected = user.connections.findLast(({ at }) => at >= from && at <= from + seconds * 1000)
  const anew = connected
    ? `connected anew to ${connected.server} after ${since(connected.at - from)}`
    : 'one connection'
  return `${user.name} waited ${seconds.toFixed(1)} s, ${since(from - (windows[kill]?.from ?? 0))} after kill ${kill + 1}: ${anew}`
}

export async function untilTrue(what: string, limitSeconds: number, ask: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + limitSeconds * 1000
  while (!(await ask())) {
    holds(performance.now() < end, `${what} is there within ${limitSeconds} s`)
    await pause(500)
  }
}
