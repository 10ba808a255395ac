// @ts-check
// Plain JavaScript, for it stands before TypeScript is loaded, which on Node 20 takes longer than all else that `--help` does.
import { Command, CommanderError } from 'commander'
import { wrapped } from './wrapped.mjs'

/**
 * @typedef {{ lab?: string, config?: string, plainText?: boolean, force?: boolean, json?: boolean }} Flags
 * @typedef {{ node: string, words: string[], flags: Flags }} Call
 */

const called = 'clienteFileManager'

const teaching = `
Commands:
  ls [PATTERN...]              lists the files here, on this machine
  lls [PATTERN...]             lists the files on the server
  upload FILE...               copies files to the server
  download FILE...             copies files from the server to this folder
  help [COMMAND]               says more
  exit                         ends a session

Without a command it asks for commands, one after the other; from a pipe it reads them, one a line. A transfer that
was interrupted goes on where it stopped when the same command is given again.

Examples:
  ${called} 10.55.0.11                         a session, by way of any node of the lab
  ${called} 10.55.0.11 upload *.txt            several files, then ends
  ${called} 10.55.0.11 download 'photo-*.jpg'  what matches on the server
  ${called} 10.55.0.11 --json lls              for programs: one event a line

The credentials are those that building the lab has left in ~/.config/andamio/LAB/file-manager.json.

Exit codes:
    0  all was done
   64  the call or a command was not understood
   65  the certificate or the token was refused
   69  the lab could not be reached, or was lost
   70  something failed: a file that is not there, a full disk
  130  interrupted; what has arrived is kept, hidden, for a day
`

/** @param {number} columns */
const foldedTo = columns =>
  teaching
    .replaceAll(/(\S)\n(?=\S)/g, '$1 ')
    .split('\n')
    .flatMap(line => wrapped(line, columns))
    .join('\n')

/**
 * Reads what follows the program's name.
 * @param {readonly string[]} argv
 * @returns {{ help: string } | { refused: string, next: string } | Call}
 */
export function readArguments(argv) {
  const columns = Math.min(process.stdout.columns || 100, 100)
  const command = new Command(called)
    .description('Lists, uploads and downloads files of the lab that NODE_IP is a node of.')
    .argument('<NODE_IP>', 'address of any node')
    .argument('[COMMAND...]', 'a command and what it takes; without one, a session')
    .option('--lab <NAME>', 'the lab whose credentials to use, where the address does not tell')
    .option('--config <FILE>', 'the credentials to use, wherever they are')
    .option('--plain-text', 'without TLS, for a lab that was built so')
    .option('-f, --force', 'let downloads replace files that are here')
    .option('--json', 'one event a line on stdout; what people are to know on stderr')
    .helpOption('-h, --help', 'show this')
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .configureHelp({ helpWidth: columns })
  try {
    command.parse([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.code === 'commander.helpDisplayed') return { help: command.helpInformation() + foldedTo(columns) }
    const [refused = '', hint] = error.message.replace(/^error: /, '').split('\n')
    return { refused, next: hint ?? `${called} --help shows how it is called.` }
  }
  const [node = '', ...words] = command.args
  return { node, words, flags: command.opts() }
}
