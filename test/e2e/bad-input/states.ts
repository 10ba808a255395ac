import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { equal, holds, prove, say } from '../proof.ts'
import { runPlaybook } from '../run-playbook.ts'
import type { LabOfOne } from './lab-of-one.ts'
import { prepare, staticInventory } from './reaching.ts'
import { type Refusal, refused } from './refused.ts'

interface BadState {
  readonly what: string
  readonly make: string
  readonly undo: string
  readonly refusal: Refusal
}

/** Files of 1 GiB and less, until not even a block is free. Their blocks are only reserved, so this is quick. */
const fillDisk = `mkdir /var/fill; n=0; size=1073741824
while [ $size -ge 4096 ]; do
  n=$((n + 1)); fallocate -l $size /var/fill/$n 2>/dev/null || { rm -f /var/fill/$n; size=$((size / 2)); }
done`

const states: readonly BadState[] = [
  {
    what: 'a processor of another kind', // as uname tells it, by a program that stands before the real one
    make: `printf '#!/bin/sh\\n[ "$1" = -m ] && echo riscv64 || echo 6.1.0 riscv64\\n' >/usr/local/bin/uname; chmod 755 /usr/local/bin/uname`,
    undo: 'rm /usr/local/bin/uname',
    refusal: { exit: 70, code: 'assertion-failed', names: /processor[\s\S]*riscv64/ },
  },
  {
    what: 'control groups of version 1', // laid out over the real ones as systemd of old did
    make: `mount -t tmpfs none /sys/fs/cgroup; mkdir /sys/fs/cgroup/systemd
mount -t cgroup -o none,name=old cgroup /sys/fs/cgroup/systemd`,
    undo: 'umount /sys/fs/cgroup/systemd /sys/fs/cgroup',
    refusal: { exit: 70, code: 'assertion-failed', names: /control groups[\s\S]*tmpfs/ },
  },
  {
    what: 'a clock ten minutes ahead',
    make: 'date -s "+10 minutes"',
    undo: 'date -s "-10 minutes"',
    refusal: { exit: 70, code: 'clock-differs', names: /\b(59\d|60\d) s ahead/ },
  },
  {
    what: 'a full disk',
    make: fillDisk,
    undo: 'rm -r /var/fill',
    refusal: { exit: 70, code: 'assertion-failed', names: /free space[\s\S]*"0 MiB"[\s\S]*Make room/ },
  },
]

/** What a host may be like: refused by check mode and by the real run in the same words, and left as it is. */
export async function stateSteps(lab: LabOfOne): Promise<void> {
  for (const { what, make, undo, refusal } of states) {
    await prove(`${what} is refused, and the host left as it is`, async () => {
      await lab.root(make)
      const before = await lab.kept()
      refused(await lab.run(['--check']), refusal)
      refused(await lab.run(), refusal)
      equal(await lab.kept(), before, 'what the host keeps')
      await lab.root(undo)
      equal((await lab.run()).exit, 0, 'exit status once it is mended')
    })
  }

  await prove('a disk that is full when a file is to be written leaves the old file whole', async () => {
    await lab.root(`echo '# mine' >>/etc/hosts; ${fillDisk}`)
    const before = await lab.kept()
    const refusal = { exit: 70, code: 'upload-failed', names: /\/etc\/hosts[\s\S]*No space left/ }
    refused(await lab.run([], { base: { minFreeMiB: 0 } }), refusal)
    equal(await lab.kept(), before, 'what the host keeps')
    equal(await lab.root('ls -A /etc | grep -c andamio- || :'), '0', 'half files')
    await lab.root('rm -r /var/fill')
    equal((await lab.run()).exit, 0, 'exit status with room again')
  })
}

/** Who answers, and whether we may: by a static inventory that names the same host. */
export async function loginSteps(lab: LabOfOne, scratch: string, env: NodeJS.ProcessEnv): Promise<void> {
  const found = await lab.found()
  if (found.is !== 'running') throw new Error('the host does not run')
  const { address, identityFiles, knownHostsFile } = found.endpoint
  const [key] = identityFiles
  const home = join(scratch, 'home')
  const known = async (line: string) => {
    await mkdir(join(home, '.ssh'), { recursive: true, mode: 0o700 })
    await writeFile(join(home, '.ssh', 'known_hosts'), `${line}\n`)
  }
  const own = (await readFile(knownHostsFile, 'utf8')).trim().split(' ').slice(1, 3).join(' ')

  await prove('a host that shows another key than is known is refused, also when new keys would be taken', async () => {
    const other = (await readFile(join(scratch, 'key.pub'), 'utf8')).split(' ').slice(0, 2).join(' ')
    await known(`${address} ${other}`)
    const inventory = await staticInventory(scratch, { address, user: 'debian', key })
    const args = ['--inventory', inventory, '--accept-new-host-keys']
    const result = await runPlaybook(prepare, args, { ...env, HOME: home })
    refused(result, { exit: 65, code: 'host-key-changed', names: /SHA256:[\s\S]*ssh-keygen -R/ })
  })

  await prove('a user who may not become root is refused', async () => {
    await lab.root(`useradd --create-home guest; install -d -m 700 -o guest /home/guest/.ssh
install -m 600 -o guest /home/debian/.ssh/authorized_keys /home/guest/.ssh/`)
    await known(`${address} ${own}`)
    const before = await lab.kept()
    const inventory = await staticInventory(scratch, { address, user: 'guest', key })
    const result = await runPlaybook(prepare, ['--inventory', inventory], { ...env, HOME: home })
    refused(result, { exit: 69, code: 'no-sudo', names: /guest ALL=\(ALL\) NOPASSWD/ })
    equal(await lab.kept(), before, 'what the host keeps')
    await lab.root('userdel --remove guest 2>/dev/null')
  })
}

/** Others who are at work on the host, or on the lab. */
export async function turnSteps(lab: LabOfOne): Promise<void> {
  await prove('a package lock is waited for and its holder named; meanwhile a second run is refused', async () => {
    await lab.root('dpkg --purge tree')
    await lab.holdApt()
    const first = await lab.start()
    const wait = await first.until(event => event.type === 'wait' && event.what === 'the package lock')
    holds(wait?.type === 'wait' && /process \d+ \(python3\)/.test(wait.detail ?? ''), 'the holder of the lock is named')
    say(`saw: waiting for ${wait.what}: ${wait.detail}, at most ${wait.limitSeconds} s`)
    refused(await lab.run(), { exit: 75, code: 'lab-locked', names: /prepare by \S+, process \d+, since/ })
    await lab.releaseApt()
    equal((await first.done).exit, 0, 'exit status of the run that had the lab')
    equal(await lab.root("dpkg-query -Wf '$" + "{Status}' tree"), 'install ok installed', 'the package')
  })
}

/** Ten minutes: begun early, and waited for at the end. */
export async function lockThatStays(lab: LabOfOne): Promise<() => Promise<void>> {
  await lab.root('dpkg --purge tree')
  await lab.holdApt()
  const running = await lab.start()
  return () =>
    prove('a package lock that nobody releases is an error after ten minutes', async () => {
      const result = await running.done
      refused(result, { exit: 75, code: 'apt-locked', names: /10 minutes[\s\S]*lock-frontend[\s\S]*python3/ })
      await lab.releaseApt()
      equal((await lab.run()).exit, 0, 'exit status once it is released')
    })
}
