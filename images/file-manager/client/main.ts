import { program } from './program.ts'
import { start } from './start.mjs'

export { program }

/** The command, where it is one file: from what follows its name to its exit status. */
export const run = (argv: readonly string[]): Promise<void> => start(argv, async () => ({ program }))
