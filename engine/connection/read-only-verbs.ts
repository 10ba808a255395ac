import type { Word } from '../shell/script.ts'
import { awkOnlyReads, sedOnlyReads } from './read-only-programs.ts'

/** Whether a command with these arguments changes nothing. */
export type Verb = (args: readonly Word[]) => boolean

const always: Verb = () => true
const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/** An argument that is no option and cannot become one when it is expanded. */
const isOperand = ({ text, head }: Word): boolean => (text ?? head) !== '' && !(text ?? head).startsWith('-')

/** Options are all among these; `name=` also stands for any value. Operands are free. */
const onlyOptions = (allowed: string): Verb => {
  const list = words(allowed)
  const isAllowed = ({ text, head }: Word): boolean =>
    (text !== undefined && list.includes(text)) || list.some(option => option.endsWith('=') && head.startsWith(option))
  return args => args.every(arg => isOperand(arg) || isAllowed(arg))
}

/** None of these options, however an argument is expanded. */
const without =
  (denied: RegExp): Verb =>
  args =>
    args.every(arg => isOperand(arg) || (arg.text !== undefined && !denied.test(arg.text)))

/** The first argument that is no option is one of these. */
const subcommand = (allowed: string): Verb => {
  const list = words(allowed)
  return args =>
    list.includes(args.find(isOperand)?.text ?? '') && args.every(arg => isOperand(arg) || arg.text !== undefined)
}

/** Arguments are literally one of these lines. */
const exactly =
  (...lines: readonly string[]): Verb =>
  args =>
    lines.includes(args.map(arg => arg.text ?? '\0').join(' '))

/** Long options, by their whole names or as the beginning of one, for programs take both. */
const withoutLong =
  (names: string): Verb =>
  args =>
    args.every(({ text, head }) => {
      const given = /^--([^=]+)/.exec(text ?? head)?.[1]
      return given === undefined || !words(names).some(name => name.startsWith(given))
    })

/** What changes the meaning of commands that follow, wherever it is set. */
export const altersCommands = /^(PATH|ENV|BASH_ENV|LD_\w+)$/

/** Sets variables that are seen, and none of those. */
const setsVariables: Verb = args =>
  args.every(({ text, head }) => {
    const [, variable = '', assigned] = /^([A-Za-z_]\w*)(=|$)/.exec(text ?? head) ?? []
    // An expansion may become any name, except behind the `=`.
    return (text !== undefined || assigned === '=') && !altersCommands.test(variable)
  })

const literal = (args: readonly Word[]): boolean => args.every(({ text }) => text !== undefined)

/** `ip [options] object [show|list|get ...]`. */
const ipShows: Verb = args => {
  const options = onlyOptions('-j -json -br -brief -4 -6 -o -oneline -d -details -s -stats -p -c=never')
  const [object, verb = 'show', ...rest] = args.filter(isOperand).map(({ text }) => text ?? '\0')
  return (
    options(args) &&
    object !== undefined &&
    /^(show|list|ls|get|dev|scope|default|to)$/.test(verb) &&
    !rest.includes('exec')
  )
}

/** `date 11210000` sets the clock; only a format, and a time to show, may be given. */
const dateShows: Verb = args => args.every(({ head }) => /^(\+|-u$|-R$|-I|--utc$|--iso|--rfc|--date=|-r|\/)/.test(head))

/** Numbers of PIDs are free: signal 0 asks only whether they are there. */
const killAsks: Verb = args => args[0]?.text === '-0' || (args[0]?.text === '-s' && args[1]?.text === '0')

const opensslShows: Verb = args =>
  subcommand('x509 crl req verify dgst asn1parse pkey version')(args) &&
  without(/^-(out|keyout|CAcreateserial|CAserial|writerand|engine|set_serial|newreq|CAkey|sigopt)/)(args)

const readers = `
  : true false test [ echo shift set return exit break continue cd pwd wait umask ulimit type cat stat ls readlink realpath basename dirname head tail cut tr wc nl fold rev tac seq expr comm
  join paste diff cmp od hexdump base64 base32 md5sum sha1sum sha224sum sha256sum sha384sum sha512sum cksum sum b2sum grep
  egrep fgrep zgrep zcat id whoami groups getent uname arch nproc uptime findmnt mountpoint df du free lsblk lscpu lsmod
  modinfo lsof ps pgrep pidof who sleep namei lsattr getfacl getcap getconf locale tty logname dpkg-query apt-cache
  systemd-detect-virt systemd-escape numfmt strings jq`

/** What a probe may run. A command that is missing here may be added, with what of it changes nothing. */
export const verbs: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ...words(readers).map((name): [string, Verb] => [name, always]),
  ...words('read unset export readonly local getopts').map((name): [string, Verb] => [name, setsVariables]),
  ['printf', args => !args[0]?.head.startsWith('-v')],
  ['hash', without(/^-p/)],
  ['sed', sedOnlyReads],
  ['awk', awkOnlyReads],
  ['mawk', awkOnlyReads],
  ['gawk', awkOnlyReads],
  [
    'sort',
    args =>
      without(/^-(o|S|T|[a-zA-Z]*o)/)(args) &&
      withoutLong('output compress-program temporary-directory buffer-size')(args),
  ],
  ['uniq', args => args.filter(isOperand).length <= 1 && without(/^$/)(args)],
  [
    'find',
    args =>
      literal(args.filter(arg => !arg.head.startsWith('/'))) && without(/^-(exec|ok|delete|fprint|fls|files0)/)(args),
  ],
  ['date', dateShows],
  ['kill', killAsks],
  ['hostname', exactly('', '-f', '-s', '-d', '-A', '-i', '-I', '--fqdn', '--short')],
  ['hostnamectl', exactly('', 'status', '--static', 'hostname', '--json=short')],
  ['timedatectl', subcommand('show status')],
  ['localectl', exactly('', 'status')],
  ['loginctl', subcommand('list-users list-sessions show-user show-session user-status')],
  [
    'systemctl',
    subcommand(
      'show cat is-active is-enabled is-failed is-system-running list-units list-unit-files list-timers status get-default show-environment',
    ),
  ],
  ['systemd-analyze', subcommand('verify cat-config unit-paths')],
  ['systemd-cgls', onlyOptions('--no-pager')],
  [
    'journalctl',
    args =>
      without(/^--(vacuum|relinquish|setup|update|smart)/)(args) &&
      withoutLong('rotate vacuum-size vacuum-time vacuum-files flush sync relinquish-var setup-keys update-catalog')(
        args,
      ) &&
      withoutLong('smart-relinquish-var cursor-file')(args),
  ],
  ['udevadm', subcommand('info')],
  ['cloud-init', subcommand('status query schema')],
  [
    'dpkg',
    args =>
      onlyOptions(
        '-s -l -L -S -p -C -V --status --list --listfiles --search --audit --verify --get-selections --print-architecture --print-foreign-architectures --compare-versions',
      )(args) &&
      args[0] !== undefined &&
      !isOperand(args[0]),
  ],
  ['dpkg-divert', exactly('--list')],
  ['update-alternatives', without(/^--(install|set|remove|auto|config|all|force|altdir|admindir)/)],
  ['apt-mark', subcommand('showhold showmanual showauto showinstall')],
  ['apt-config', subcommand('dump shell')],
  ['debconf-show', always],
  ['ip', ipShows],
  ['ss', args => without(/^-[a-zA-Z0-9]*[KD]/)(args) && withoutLong('kill diag')(args)],
  ['nft', args => subcommand('list')(args) && without(/^-(f|-file|i)/)(args)],
  ['ipset', subcommand('list')],
  ['bridge', args => args.filter(isOperand).length <= 1 && onlyOptions('-j -d -s')(args)],
  ['ethtool', args => args.length === 1 && args.every(isOperand)],
  [
    'sysctl',
    args =>
      literal(args) && onlyOptions('-n -a -e -b --values --all')(args) && args.every(({ head }) => !head.includes('=')),
  ],
  ['mount', exactly('', '-l')],
  ['swapon', onlyOptions('-s --show --show= --noheadings --bytes --raw --summary')],
  ['blkid', args => args[0]?.text === '-p' && onlyOptions('-p -o')(args)],
  ['exportfs', exactly('', '-s', '-v')],
  ['showmount', onlyOptions('-e -a -d --no-headers')],
  ['rpcinfo', onlyOptions('-p -s')],
  [
    'modprobe',
    args =>
      without(/^-(r|-remove|a|i|f)/)(args) &&
      args.some(({ text }) => /^(-n|-D|-c|--dry-run|--show-depends|--showconfig)$/.test(text ?? '')),
  ],
  [
    'gpg',
    args =>
      args.some(({ text }) => text === '--show-keys') &&
      onlyOptions(
        '--show-keys --with-colons --with-fingerprint --batch --no-options --no-default-keyring --no-keyring --quiet --no-permission-warning --homedir --homedir=',
      )(args),
  ],
  ['openssl', opensslShows],
  ['sshd', exactly('-T', '-t')],
  ['passwd', args => args[0]?.text === '-S'],
  ['chage', args => args[0]?.text === '-l'],
  ['crontab', exactly('-l')],
  ['visudo', args => args[0]?.text === '-c'],
  ['trap', exactly('', '-')],
])

type Inner = { readonly words: readonly Word[] } | { readonly script: string } | undefined

/** Skips options that are literal; those in `valued` take the next argument along. */
function after(args: readonly Word[], valued: string, operands = 0): Inner {
  let at = 0
  for (; args[at]?.head.startsWith('-'); at++) {
    const text = args[at]?.text
    if (text === undefined) return undefined
    if (words(valued).includes(text)) at++
  }
  return { words: args.slice(at + operands) }
}

const shellRuns = (args: readonly Word[]): Inner => {
  const [option, script] = args
  return /^-[eux]*c$/.test(option?.text ?? '') && script?.text !== undefined ? { script: script.text } : undefined
}

/** Commands that run another one: that one is judged in their place. Undefined where it cannot be seen. */
export const runners: ReadonlyMap<string, (args: readonly Word[]) => Inner> = new Map([
  ['timeout', args => after(args, '-k -s --kill-after --signal', 1)],
  ['nice', args => after(args, '-n')],
  ['ionice', args => after(args, '-c -n')],
  ['exec', args => after(args, '')],
  ['xargs', args => appended(after(args, '-n -I -d -P -L'))],
  [
    'env',
    args => {
      const at = args.findIndex(({ head }) => head !== '-i' && !/^[A-Za-z_]\w*=/.test(head))
      const set = args.slice(0, Math.max(0, at)).map(({ head }) => head.split('=', 1)[0] ?? '')
      return set.some(name => altersCommands.test(name)) ? undefined : { words: args.slice(Math.max(0, at)) }
    },
  ],
  ['command', args => (/^-[vV]$/.test(args[0]?.text ?? '') ? { words: [] } : after(args, '-p'))],
  ['sh', shellRuns],
  ['dash', shellRuns],
  ['bash', shellRuns],
  ['.', args => (args[0]?.text === '/etc/os-release' ? { words: [] } : undefined)],
])

/** xargs adds arguments that nobody knows yet. */
const appended = (inner: Inner): Inner =>
  inner && 'words' in inner ? { words: [...inner.words, { source: '...', head: '' }] } : inner
