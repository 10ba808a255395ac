import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { exitCode } from '../engine/errors.ts'
import { quietly } from '../engine/play/read-arguments.mjs'
import { asProgram } from './program.ts'

const project = fileURLToPath(new URL('..', import.meta.url))

const acts: readonly (readonly [title: string, playbook: string, args: readonly string[]])[] = [
  ['Build the lab', 'up', []],
  ['Again: nothing to do', 'up', []],
  ['Check says so, too', 'up', ['--check']],
  ['Verify it', 'verify', []],
  ['Leave', 'down', ['--yes']],
]

/** Longer ones are cut in the middle: what repeats for every host teaches nothing more. */
const mostLines = 90

const about = { examples: ['  as root, when what a terminal shows has changed'], exits: [0, 64, 70] } as const

/** The program behind scripts/transcript.mjs. Gives its exit status. */
export function transcriptProgram(args: readonly string[]): Promise<number> {
  const program = quietly(new Command('npx zx scripts/transcript.mjs')).description(
    'Builds a lab of the embedded default, looks at it and removes it, and writes what the terminal said to ' +
      'docs/transcript.md. Needs root, and takes as long as building a lab.',
  )
  return asProgram(program, about, args, writeTranscript)
}

async function writeTranscript(): Promise<number> {
  const scratch = await mkdtemp(join(tmpdir(), 'andamio-transcript-'))
  try {
    const inventory = join(scratch, 'lab.yaml')
    const text = await readFile(join(project, 'inventory', 'local.yaml'), 'utf8')
    await writeFile(inventory, text.replace(/^lab: .*$/m, 'lab: transcript'))
    const page = await live(inventory, join(scratch, 'state'))
    if (!page) return exitCode.failed
    await writeFile(join(project, 'docs', 'transcript.md'), page)
    return exitCode.done
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Undefined when an act failed; the lab is then removed all the same. */
async function live(inventory: string, state: string): Promise<string | undefined> {
  const page = ['# A transcript', 'Written by `npx zx scripts/transcript.mjs`; long outputs are cut in the middle.', '']
  for (const [title, playbook, args] of acts) {
    const { output, exit } = await run(playbook, ['--inventory', inventory, ...args], state)
    if (exit !== exitCode.done) {
      if (playbook !== 'down') await run('down', ['--inventory', inventory, '--yes'], state)
      return undefined
    }
    const command = ['npx zx', `playbooks/${playbook}.mjs`, '--inventory lab.yaml', ...args].join(' ')
    page.push(`## ${title}`, '```', `$ ${command}`, ...shortened(output), '$ echo $?', String(exit), '```', '')
  }
  return page.join('\n')
}

function run(
  playbook: string,
  args: readonly string[],
  state: string,
): Promise<{ output: string; exit: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn('npx', ['zx', `playbooks/${playbook}.mjs`, ...args], {
      cwd: project,
      env: { ...process.env, XDG_STATE_HOME: state, XDG_CONFIG_HOME: join(state, 'config'), NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', (data: Buffer) => {
      output += data
      process.stdout.write(data)
    })
    child.on('error', reject)
    child.on('close', exit => resolve({ output, exit }))
  })
}

function shortened(output: string): readonly string[] {
  const lines = output
    .replaceAll(/\S*andamio-transcript-\S*lab\.yaml/g, 'lab.yaml')
    .trimEnd()
    .split('\n')
  if (lines.length <= mostLines) return lines
  const half = mostLines / 2
  return [...lines.slice(0, half), `... ${lines.length - mostLines} lines more ...`, ...lines.slice(-half)]
}
