import { execFile } from 'node:child_process'
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, rmdir, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Event, Reporter } from './events.ts'
import { annotation } from './github.ts'
import { jsonReporter } from './json.ts'
import { junitReporter } from './junit.ts'
import { reportersFor } from './reporters.ts'
import { runs } from './samples/runs.ts'
import { Sink } from './samples/sink.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function tellAll(reporters: readonly Reporter[], events: readonly Event[]): Promise<void> {
  for (const event of events) for (const reporter of reporters) reporter.on(event)
  for (const reporter of reporters) await reporter.close()
}

describe('--json', () => {
  it('is one event a line, all of them, unchanged', async () => {
    const stream = new Sink()
    await tellAll([jsonReporter({ stream })], runs.failing())
    const lines = stream.text.trimEnd().split('\n')
    expect(lines.map(line => JSON.parse(line))).toEqual(runs.failing())
  })
})

describe('JUnit', () => {
  const [hostile] = runs.check()
  it('counts failures and unknowns, and any XML parser reads it', async () => {
    const file = join(folder, 'junit.xml')
    const evil: Event = {
      ...(runs.verify().find(({ type }) => type === 'check.end') as Extract<Event, { type: 'check.end' }>),
      title: ']]>&<evil a="\u0000\ud800">',
      saw: '"\u001b[31m',
    }
    await tellAll([junitReporter({ file })], [hostile as Event, ...runs.failing(), ...runs.check().slice(1), evil])
    const xml = await readFile(file, 'utf8')
    expect(xml).toContain('<testsuite name="Install the store" tests="15" failures="2" skipped="1">')
    expect(xml).toContain('type="command-failed"')
    expect(xml).not.toContain('<evil')
    expect(xml).toContain('evil a')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const program = 'import sys, xml.etree.ElementTree as e; print(len(e.parse(sys.argv[1]).findall(".//testcase")))'
    const { stdout } = await promisify(execFile)('python3', ['-c', program, file])
    expect(Number(stdout)).toBe(xml.match(/<testcase /g)?.length)
  })
})

describe('GitHub annotations', () => {
  it('stand at the line that is wrong', () => {
    const failure = { code: 'inventory-invalid', message: '50 % off', place: 'inventory/a.yaml:3:7', cause: 'one\ntwo' }
    expect(annotation('error', failure)).toBe(
      '::error file=inventory/a.yaml,line=3,col=7,title=inventory-invalid::50 %25 off%0Aone%0Atwo',
    )
  })

  it('cannot be forged by a host', () => {
    const failure = { code: 'a,b:c', message: 'x\r\n::error::y\u001b[0m', place: 'worker2' }
    expect(annotation('error', failure)).toBe('::error title=a%2Cb%3Ac::x%0A::error::y%0Aworker2')
  })
})

describe('the reporters of a run', () => {
  const quiet = { json: false, verbose: false, diff: false, profile: false }
  const surroundings = (env = {}) => {
    const [stdout, stderr] = [new Sink(), new Sink()]
    return { stdout, stderr, all: { stdout, stderr, env } as unknown as Parameters<typeof reportersFor>[1] }
  }

  it('leave stdout to programs under --json', async () => {
    const { stdout, stderr, all } = surroundings()
    await tellAll(await reportersFor({ ...quiet, json: true }, all), runs.quiet())
    for (const line of stdout.text.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('type')
    expect(stderr.text).toContain('PLAY RECAP')
  })

  it('are in a pipe as wide as the terminal beside it', async () => {
    const [stdout, stderr] = [new Sink(), new Sink(60)]
    Object.defineProperty(stdout, 'columns', { value: undefined })
    const all = { stdout, stderr, env: {} } as unknown as Parameters<typeof reportersFor>[1]
    await tellAll(await reportersFor(quiet, all), runs.quiet())
    expect(Math.max(...stdout.text.split('\n').map(line => line.length))).toBe(60)
  })

  it.each([true, false])('go on when their reader leaves, with json %s', async json => {
    const { stdout, all } = surroundings()
    const reporters = await reportersFor({ ...quiet, json }, all)
    stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    await new Promise(setImmediate)
    await tellAll(reporters, runs.failing())
    expect(stdout.text).toBe('')
  })

  it('annotate under GitHub Actions', async () => {
    const { stderr, all } = surroundings({ GITHUB_ACTIONS: 'true' })
    await tellAll(await reportersFor(quiet, all), [...runs.failing(), ...runs.verify()])
    expect(stderr.text.split('\n').filter(line => line.startsWith('::error '))).toHaveLength(3)
    expect(stderr.text).toContain('::warning title=warning::store-server 2.3')
  })

  it('write files for their owner alone, say where, and say so when they no longer can', async () => {
    const { stdout, stderr, all } = surroundings()
    const [html, gone] = [join(folder, 'report.html'), join(folder, 'no')]
    await mkdir(gone)
    const reporters = await reportersFor({ ...quiet, html, junit: join(gone, 'such.xml') }, all)
    await rmdir(gone)
    await tellAll(reporters, runs.failing())
    expect((await stat(html)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['report.html'])
    expect(stderr.text).toMatch(/^cannot write .*such\.xml: ENOENT/)
    expect(stdout.text.split('\n').slice(-2)).toEqual([`Report: ${html}`, ''])
  })

  it('say where files are to people only, and not where nothing is to be said', async () => {
    const [html, junit] = [join(folder, 'report.html'), join(folder, 'report.xml')]
    const [json, drift] = [surroundings(), surroundings()]
    await tellAll(await reportersFor({ ...quiet, json: true, html, junit }, json.all), runs.quiet())
    expect(json.stderr.text).toContain(`\nReport: ${junit}\nReport: ${html}\n`)
    expect(json.stdout.text).not.toContain('Report')
    await tellAll(await reportersFor({ ...quiet, html, drift: { quiet: true, mend: 'up' } }, drift.all), runs.quiet())
    expect(drift.stdout.text + drift.stderr.text).toBe('')
  })

  it.each([
    ['in a folder that is not there', 'no/such.xml', /ENOENT/],
    ['where a folder stands', '.', /no file/],
    ['where a device stands', '/dev/null', /no file/],
  ])('are refused before the run a file %s', async (_, name, cause) => {
    for (const flag of ['junit', 'html']) {
      const refused = reportersFor({ ...quiet, [flag]: resolve(folder, name) }, surroundings().all)
      await expect(refused).rejects.toMatchObject({ exit: 64, failure: { cause: expect.stringMatching(cause) } })
    }
    expect(await readdir(folder)).toEqual([])
  })

  it('leave a link where it stands, and write where it leads', async () => {
    const [file, link] = [join(folder, 'report.html'), join(folder, 'link')]
    await writeFile(file, '<!doctype html>an older one')
    await symlink(file, link)
    await tellAll(await reportersFor({ ...quiet, html: link }, surroundings().all), runs.quiet())
    expect(await readFile(file, 'utf8')).toMatch(/^<!doctype html>(?!an older one)/i)
    expect((await lstat(link)).isSymbolicLink()).toBe(true)
  })
})
