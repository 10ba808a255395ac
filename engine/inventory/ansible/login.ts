import { jumpOfCommand, readJump } from '../../connection/ssh-jump.ts'
import type { Json } from '../../report/events.ts'
import type { AnsibleVars } from './model.ts'
import { splitWords } from './words.ts'

/** How to log in to a host, in the words of an inventory of ours. */
export interface Login {
  address?: string
  port?: number
  user?: string
  key?: string
  jump?: readonly string[]
}

export interface ReadLogin {
  readonly login: Login
  /** What of Ansible's words about the way to this host is not carried over, and why. Holds no secret. */
  readonly notes: readonly string[]
  /** Why it is no host for SSH at all. */
  readonly unfit?: string
}

/** Of two names for one thing, the first counts, as for Ansible. */
const words: Readonly<Record<keyof Login, readonly string[]>> = {
  address: ['ansible_ssh_host', 'ansible_host'],
  port: ['ansible_ssh_port', 'ansible_port'],
  user: ['ansible_ssh_user', 'ansible_user'],
  key: ['ansible_ssh_private_key_file', 'ansible_private_key_file'],
  jump: ['ansible_ssh_common_args', 'ansible_ssh_extra_args', 'ansible_ssh_args'],
}
const ssh = /^(ssh|smart|paramiko|paramiko_ssh|ansible\.builtin\.(ssh|paramiko_ssh))$/
const harmless = /^(yes|true|1|on)$/i

/** Variables that say how Ansible itself works, or how it comes to a host: all the others are for its playbooks. */
export const isOfConnection = (name: string): boolean => /^ansible_/.test(name)

/** Reads what Ansible's variables say of the way to a host. */
export function loginFrom(vars: AnsibleVars): ReadLogin {
  const notes: string[] = []
  const text = (name: string): string | undefined => {
    const found = vars.get(name)
    if (found?.vaulted) notes.push(`${name}: it is encrypted`)
    const value = found?.value
    if (value === undefined || value === null || typeof value === 'object') return undefined
    if (!/\{[{%]/.test(String(value))) return String(value)
    notes.push(`${name}: only Ansible can fill its template in`)
    return undefined
  }
  const first = (field: keyof Login): string | undefined => {
    for (const name of words[field]) {
      const value = text(name)
      if (value !== undefined && value !== '') return value
    }
    return undefined
  }
  const connection = text('ansible_connection') ?? 'ssh'
  const [address, port, user, key] = [first('address'), first('port'), first('user'), first('key')]
  const login: Login = {
    ...(address === undefined ? {} : { address }),
    ...(user === undefined ? {} : { user }),
    ...(port === undefined || !isPort(port) ? {} : { port: Number(port) }),
    ...(key === undefined ? {} : { key }),
  }
  if (port !== undefined && !isPort(port)) notes.push(`ansible_port: ${port} is no port`)
  for (const name of words.jump) readArguments(name, text(name), login, notes)
  for (const [name, { value }] of vars) if (isOfConnection(name)) noteRest(name, value, notes)
  return { login, notes: [...new Set(notes)], ...(ssh.test(connection) ? {} : { unfit: unfit(connection) }) }
}

const isPort = (text: string): boolean => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65535

const unfit = (connection: string): string =>
  /(^|\.)local$/.test(connection)
    ? 'ansible_connection=local: it is the machine that Ansible runs on'
    : `ansible_connection=${connection}: it is not reached by SSH`

/** Of arguments for ssh, what an inventory can say. */
function readArguments(name: string, text: string | undefined, login: Login, notes: string[]): void {
  if (text === undefined || text === '') return
  const all = [...(splitWords(text, false) ?? [])]
  if (all.length === 0) notes.push(`${name}: its quotes do not match`)
  const value = (word: string): string => (word.length > 2 ? word.slice(2) : (all.shift() ?? ''))
  for (let word = all.shift(); word !== undefined; word = all.shift()) {
    if (word.startsWith('-J')) takeJump(name, value(word), login, notes)
    else if (word.startsWith('-o')) readOption(name, value(word), login, notes)
    else if (word.startsWith('-i')) login.key ??= value(word)
    else if (word.startsWith('-l')) login.user ??= value(word)
    else if (word.startsWith('-p')) login.port ??= Number(value(word)) || 22
    else if (word.startsWith('-F')) notes.push(`${name}: -F ${value(word)}: name that file as static.sshConfig`)
    else if (!/^-[46ACaknqTtvxy]+$/.test(word)) notes.push(`${name}: ${word}: what it asks of ssh is not known here`)
  }
}

function readOption(name: string, option: string, login: Login, notes: string[]): void {
  const [, keyword = '', value = ''] = /^\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*)$/s.exec(option) ?? []
  const lower = keyword.toLowerCase()
  if (lower === 'proxyjump') takeJump(name, value, login, notes)
  else if (lower === 'proxycommand') {
    const jump = jumpOfCommand(value.replace(/^(["'])(.*)\1$/s, '$2'))
    if (jump === undefined)
      notes.push(`${name}: ProxyCommand: a command is not run here; name hosts to go through as jump`)
    else takeJump(name, jump, login, notes)
  } else if (lower === 'user') login.user ??= value
  else if (lower === 'port') login.port ??= Number(value) || 22
  else if (lower === 'identityfile') login.key ??= value
  else if (lower === 'stricthostkeychecking' || lower === 'userknownhostsfile')
    notes.push(`${name}: ${keyword}: hosts always prove their keys here; --accept-new-host-keys, once, for new ones`)
  else if (!/^(control|serveralive|connect|compression|forwardagent|preferredauth|pubkeyauth|loglevel)/.test(lower))
    notes.push(`${name}: ${keyword || option}: it is taken from ~/.ssh/config only`)
}

function takeJump(name: string, text: string, login: Login, notes: string[]): void {
  if (text.toLowerCase() === 'none') return
  const jump = text.split(',').map(part => part.trim().replace(/^ssh:\/\//i, ''))
  if (jump.every(part => readJump(part))) login.jump ??= jump
  else notes.push(`${name}: ${JSON.stringify(text)} names no host to go through`)
}

function noteRest(name: string, value: Json, notes: string[]): void {
  if (/passw|_pass$/.test(name)) notes.push(`${name}: hosts let in by key, and sudo asks no password`)
  else if (/^ansible_(become|sudo)$/.test(name) && !harmless.test(String(value)))
    notes.push(`${name}: whoever logs in here becomes root`)
  else if (/^ansible_(become|sudo|su)_user$/.test(name) && value !== 'root')
    notes.push(`${name}: whoever logs in here becomes root, by sudo`)
  else if (name === 'ansible_become_method' && !/^(ansible\.builtin\.)?sudo$/.test(String(value)))
    notes.push(`${name}: whoever logs in here becomes root, by sudo`)
  else if (/^ansible_(shell_type|shell_executable|remote_tmp|ssh_executable)$/.test(name))
    notes.push(`${name}: hosts need a POSIX sh, and nothing else`)
  else if (/_interpreter$/.test(name)) notes.push(`${name}: not needed, hosts run nothing but sh`)
}
