import { describe, expect, it } from 'vitest'
import type { AndamioError } from '../errors.ts'
import { exitCode } from '../errors.ts'
import { exitMeanings } from './option-list.mjs'
import { optionsOf } from './options.ts'
import type { OptionsFor } from './options-for.ts'
import { readOptions } from './read-options.mjs'

const about: OptionsFor = { summary: 'Builds the lab.', examples: ['--check'] }
const read = (line: string, more: Partial<OptionsFor> = {}) =>
  readOptions('up', line === '' ? [] : line.split(' '), { ...about, ...more })
const parse = (line: string, more: Partial<OptionsFor> = {}) => optionsOf('up', read(line, more), { ...about, ...more })

function refusal(line: string, more: Partial<OptionsFor> = {}): AndamioError {
  try {
    parse(line, more)
  } catch (error) {
    return error as AndamioError
  }
  throw new Error(`${line} was taken`)
}

function helpOf(more: Partial<OptionsFor> = {}): string {
  const answer = read('--help', more)
  return 'help' in answer ? answer.help : ''
}

describe('options', () => {
  it('have defaults that change nothing by surprise', () => {
    expect(parse('')).toEqual({
      playbook: 'up',
      inventory: 'local',
      check: false,
      diff: false,
      yes: false,
      forks: 10,
      acceptNewHostKeys: false,
      takeOver: [],
      pruneData: false,
      verbose: false,
      json: false,
      profile: false,
      args: {},
      rest: [],
      extra: {},
      values: {},
    })
  })

  it.each([
    ['-CDv -i ec2 -f 3', { check: true, diff: true, verbose: true, inventory: 'ec2', forks: 3 }],
    ['--limit workers --limit !worker3', { limit: 'workers,!worker3' }],
    ['--limit=cp --json --yes', { limit: 'cp', json: true, yes: true }],
    ['--take-over a --take-over b', { takeOver: ['a', 'b'] }],
    ['--source upstream --accept-new-host-keys', { source: 'upstream', acceptNewHostKeys: true }],
    [
      '--junit j.xml --html h.html --exec-log e.log --profile',
      { junit: 'j.xml', html: 'h.html', execLog: 'e.log', profile: true },
    ],
  ])('%s', (line, expected) => {
    expect(parse(line)).toMatchObject(expected)
  })

  it.each([
    ['--chekc', "unknown option '--chekc'", 'did you mean --check?'],
    ['--hcekc', "unknown option '--hcekc'", '--check'],
    ['--what', "unknown option '--what'", '--help'],
    ['-x', "unknown option '-x'", '--help'],
    ['check', 'too many arguments', '--help'],
    ['--limit', "option '-l, --limit <hosts>' argument missing", '--help'],
    ['--limit --check', 'a value is missing before it', '--help'],
    ['--forks many', 'a whole number from 1 to 999', '--help'],
    ['--forks 0', 'a whole number from 1 to 999', '--help'],
    ['--source mirrror', 'Allowed choices are mirror, upstream', '--help'],
    ['--check=no', '', ''],
    ['--prune-data --limit cp', 'exclude each other', 'leave out one'],
  ])('refuses %s', (line, message, next) => {
    const { exit, failure } = refusal(line)
    expect(exit).toBe(64)
    expect(failure.message).toContain(message)
    expect(failure.next).toContain(next)
  })

  it('takes arguments only where they are declared', () => {
    const args = [{ name: 'host', help: 'which one' }]
    expect(parse('cp', { args })).toMatchObject({ args: { host: 'cp' } })
    expect(refusal('', { args }).failure.message).toContain("missing required argument 'host'")
    expect(refusal('cp nfs', { args }).failure.message).toContain('too many arguments')
    const rest = { name: 'command', help: 'run there' }
    expect(parse('cp -- ls --check', { args, rest })).toMatchObject({ args: { host: 'cp' }, rest: ['ls', '--check'] })
    expect(parse('cp ls --check', { args, rest })).toMatchObject({ check: true, rest: ['ls'] })
  })

  it('takes flags of the playbook itself, and no shared one that means nothing to it', () => {
    const more = { uses: ['inventory', 'yes'], extraOptions: [{ flags: '--purge', help: 'data, too' }] } as const
    expect(parse('--purge --yes', more)).toMatchObject({ yes: true, extra: { purge: true }, values: {} })
    expect(refusal('--check', more).exit).toBe(64)
  })

  it('teaches', () => {
    const help = helpOf()
    expect(help).toContain('Usage: npx zx playbooks/up.mjs [options]')
    expect(help).toContain('-C, --check')
    expect(help).toContain('Examples:\n  npx zx playbooks/up.mjs --check')
    expect(help).toMatch(/75 {2}another run holds the lab/)
    expect(Math.max(...help.split('\n').map(line => line.length))).toBeLessThanOrEqual(100)
  })

  it('teaches how it is called, where nobody wrote an example', () => {
    const read = readOptions('mine', ['--help'], { summary: 'Does mine.' })
    expect('help' in read && read.help).toContain('Examples:\n  npx zx playbooks/mine.mjs\n')
  })

  it.each([60, 80, 200])('teach within %i columns, breaking no word', columns => {
    const examples = [
      '                 builds it, which takes a while on a machine as small as this',
      '--check   looks',
    ]
    const wide = helpOf({ examples })
    Object.defineProperty(process.stdout, 'columns', { value: columns, configurable: true })
    try {
      const help = helpOf({ examples })
      expect(Math.max(...help.split('\n').map(line => line.length))).toBeLessThanOrEqual(Math.min(columns, 100))
      expect(help.split(/\s+/)).toEqual(wide.split(/\s+/))
    } finally {
      Reflect.deleteProperty(process.stdout, 'columns')
    }
  })

  it('teach the words that are no Ansible, where they are said', () => {
    const words = (help: string) => [...help.matchAll(/^ {2}(assumed|round trip|MB) /gm)].map(([, word]) => word)
    expect(words(helpOf())).toEqual(['assumed', 'round trip', 'MB'])
    expect(words(helpOf({ uses: ['json'] }))).toEqual(['round trip', 'MB'])
    expect(words(helpOf({ uses: ['inventory'] }))).toEqual([])
  })

  it('teach how a playbook can end, and no more', () => {
    expect(helpOf({ exits: [0, 64] })).toMatch(/Exit codes:\n +0 .*\n +64 .*\n$/)
    expect(Object.keys(exitMeanings).map(Number)).toEqual(Object.values(exitCode))
  })

  it('take a value for a flag of the playbook itself, and not another flag', () => {
    const more = { uses: ['json'], extraOptions: [{ flags: '--out <file>', help: 'where to' }] } as const
    expect(parse('--out x.tgz', more)).toMatchObject({ extra: { out: 'x.tgz' }, values: { out: 'x.tgz' } })
    expect(refusal('--out --json', more).failure.message).toContain('a value is missing before it')
  })
})
