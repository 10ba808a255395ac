/**
 * A guest under network load still gets its disk's answers: the worst time that an fsync takes, in three rounds. Without
 * mirror/kernel/patches each round holds one of 16 to 24 s. Needs root; `npm run e2e:kernel`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Found } from '../engine/provider/provider.ts'
import { convergePlan } from './e2e/converge-plan.ts'
import { figure, holds, proof, prove } from './e2e/proof.ts'
import { scratchLab } from './e2e/scratch-lab.ts'
import { runOn } from './e2e/system-ssh.ts'

const port = 9000
const roundSeconds = 20

/** Takes and sends all it can on one connection, and meanwhile writes 64 KiB and fsyncs, again and again. */
const busyDisk = `
import os, socket, threading, time
listener = socket.create_server(('', ${port}))
peer, _ = listener.accept()
def take():
    while peer.recv(1 << 16): pass
def send():
    try:
        while True: peer.sendall(bytes(1 << 16))
    except OSError: pass
for work in (take, send): threading.Thread(target=work, daemon=True).start()
block, worst, count = os.urandom(1 << 16), 0, 0
file = os.open('/var/tmp/busy-disk', os.O_CREAT | os.O_RDWR)
end = time.monotonic() + ${roundSeconds}
while time.monotonic() < end:
    began = time.monotonic()
    os.pwrite(file, block, count % 64 << 16)
    os.fsync(file)
    worst, count = max(worst, time.monotonic() - began), count + 1
print(worst, count)
`

const scratch = await mkdtemp(join(tmpdir(), 'kernel-'))
const size = { memory: '1G', cpus: 1 }
const lab = await scratchLab({ name: 'e2e-kernel', stateFolder: join(scratch, 'lab'), hosts: { guest: size } })

/** Sends zeros to an address and takes what comes, until the other side ends it. */
async function flood(address: string): Promise<number> {
  for (let attempt = 1; ; attempt++)
    try {
      return await exchange(address)
    } catch (error) {
      // The program in the guest is not listening yet; nothing tells when it will.
      if (attempt === 50 || (error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error
      await pause(200)
    }
}

function exchange(address: string): Promise<number> {
  const block = Buffer.alloc(1 << 16)
  return new Promise((resolve, reject) => {
    const socket = connect(port, address)
    const send = () => {
      while (socket.writable && socket.write(block));
    }
    socket.on('connect', send)
    socket.on('drain', send)
    socket.resume()
    socket.on('error', error => ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? reject(error) : undefined))
    socket.on('close', () => resolve(socket.bytesRead + socket.bytesWritten))
  })
}

async function round(guest: Found | undefined): Promise<{ worst: number; count: number; bytes: number }> {
  if (guest?.is !== 'running') throw new Error('the guest does not run')
  const [out, bytes] = await Promise.all([
    runOn(guest, `sudo python3 - <<'PROGRAM'\n${busyDisk}\nPROGRAM\n`),
    flood(guest.endpoint.address),
  ])
  const [worst = Number.NaN, count = 0] = out.trim().split(' ').map(Number)
  return { worst, count, bytes }
}

await proof(
  'a kernel that loses no interrupt',
  async () => {
    await prove('the guest boots', async () => {
      await convergePlan(lab.provider.create(), 'shared-first')
    })
    await prove('an fsync under network load takes no longer than it must', async () => {
      const guest = (await lab.provider.find()).get('guest')
      for (const number of [1, 2, 3]) {
        const { worst, count, bytes } = await round(guest)
        holds(bytes > 50_000_000, `there was a load on the network (${(bytes / 1e6).toFixed(0)} MB)`)
        holds(count > 100, `the disk was at work (${count} times)`)
        figure(`worst fsync in round ${number} (${(bytes / 1e6).toFixed(0)} MB moved)`, worst, { atMost: 2 }, 's')
      }
    })
  },
  async () => {
    await convergePlan(lab.provider.destroy(), 'hosts-first')
    await rm(scratch, { recursive: true, force: true })
  },
)
