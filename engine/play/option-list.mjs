// @ts-check
/**
 * One flag, as commander writes it: `-i, --inventory <name|path>`.
 * @typedef {{ readonly flags: string, readonly help: string }} Flag
 */

/** @typedef {keyof typeof sharedFlags} SharedFlag */
/** @typedef {keyof typeof exitMeanings} ExitStatus */

/**
 * Flags that playbooks share; each takes those that mean something to it.
 * @satisfies {Record<string, Flag>}
 */
export const sharedFlags = /** @type {const} */ ({
  inventory: { flags: '-i, --inventory <name|path>', help: 'which hosts: a name under inventory/, or a YAML file' },
  limit: { flags: '-l, --limit <hosts>', help: 'only these hosts or groups: workers,!worker3 · work* · a,&b' },
  source: { flags: '--source <mirror|upstream>', help: "where packages and images come from, over the inventory's" },
  check: { flags: '-C, --check', help: 'tell what would change, and change nothing' },
  out: { flags: '--out <file>', help: 'with --check: write what would change to a file, for --plan' },
  plan: {
    flags: '--plan <file>',
    help: 'do what this file of `--check --out` says, and nothing where the world has moved since',
  },
  diff: { flags: '-D, --diff', help: 'show what differs inside files' },
  yes: { flags: '-y, --yes', help: 'answer every question with yes' },
  forks: { flags: '-f, --forks <number>', help: 'hosts worked on at once' },
  acceptNewHostKeys: { flags: '--accept-new-host-keys', help: 'trust the key of a host never seen before, this once' },
  takeOver: {
    flags: '--take-over <host>',
    help: 'reset this host although it is a node of another cluster (repeatable)',
  },
  pruneData: { flags: '--prune-data', help: 'let pruning remove volumes, claims, namespaces and definitions, too' },
  verbose: { flags: '-v, --verbose', help: 'a line for every host, and for what is in order, too' },
  json: { flags: '--json', help: 'one event a line on stdout; words for people go to stderr' },
  junit: { flags: '--junit <file>', help: 'write a JUnit report' },
  html: { flags: '--html <file>', help: 'write one HTML page: timeline, critical path, changes' },
  profile: { flags: '--profile', help: 'end with what took longest' },
  execLog: {
    flags: '--exec-log <file>',
    help: 'log every script that hosts are given, a line of JSON each (docs/output.md)',
  },
})

/** What an exit status means, in every playbook that can end with it. */
export const exitMeanings = /** @type {const} */ ({
  0: 'done, or nothing to do',
  2: '--check found changes, or drift a difference',
  3: '--check has unknowns, with or without changes',
  64: 'usage or inventory error; nothing was connected to',
  65: 'a host key was refused',
  69: 'a host or the cluster is not there, or does not answer',
  70: 'something failed; --verbose and docs/errors.md help',
  75: 'another run holds the lab',
  130: 'interrupted, or nobody reads stdout any more; the same command resumes',
})
