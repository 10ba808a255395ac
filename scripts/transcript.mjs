#!/usr/bin/env zx
// Lives the life of a lab as a user does and writes down what the terminal said: docs/transcript.md.
//   npx zx scripts/transcript.mjs        needs root, and takes as long as building a lab
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = fileURLToPath(new URL('..', import.meta.url))
const scratch = await mkdtemp(join(tmpdir(), 'andamio-transcript-'))
const inventory = join(scratch, 'lab.yaml')
const text = await readFile(join(project, 'inventory', 'local.yaml'), 'utf8')
await writeFile(inventory, text.replace(/^lab: .*$/m, 'lab: transcript'))

const acts = [
  ['Build the lab', 'up', []],
  ['Again: nothing to do', 'up', []],
  ['Check says so, too', 'up', ['--check']],
  ['Verify it', 'verify', []],
  ['Leave', 'down', ['--yes']],
]

/** Longer ones are cut in the middle: what repeats for every host teaches nothing more. */
const mostLines = 90

function run(playbook, args) {
  return new Promise((resolve, reject) => {
    const child = spawn('npx', ['zx', `playbooks/${playbook}.mjs`, '--inventory', inventory, ...args], {
      cwd: project,
      env: { ...process.env, XDG_STATE_HOME: join(scratch, 'state'), NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', data => {
      output += data
      process.stdout.write(data)
    })
    child.on('error', reject)
    child.on('close', exit => resolve({ output, exit }))
  })
}

function shortened(output) {
  const lines = output
    .replaceAll(inventory, 'lab.yaml')
    .replaceAll(/\S*andamio-transcript-\S*lab\.yaml/g, 'lab.yaml')
    .trimEnd()
    .split('\n')
  if (lines.length <= mostLines) return lines
  const half = mostLines / 2
  return [...lines.slice(0, half), `... ${lines.length - mostLines} lines more ...`, ...lines.slice(-half)]
}

const page = ['# A transcript', 'Written by `npx zx scripts/transcript.mjs`; long outputs are cut in the middle.', '']
for (const [title, playbook, args] of acts) {
  const { output, exit } = await run(playbook, args)
  const command = ['npx zx', `playbooks/${playbook}.mjs`, '--inventory lab.yaml', ...args].join(' ')
  page.push(`## ${title}`, '```', `$ ${command}`, ...shortened(output), `$ echo $?`, String(exit), '```', '')
  if (exit !== 0) {
    process.exitCode = 1
    if (playbook !== 'down') await run('down', ['--yes'])
    break
  }
}
if (!process.exitCode) await writeFile(join(project, 'docs', 'transcript.md'), page.join('\n'))
await rm(scratch, { recursive: true, force: true })
