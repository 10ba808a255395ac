/** The client's program in one file, so that what is measured is not the loading of TypeScript: NODE CONFIG COMMAND... */
import { program } from '../../images/file-manager/client/program.ts'

const [node = '', config = '', ...words] = process.argv.slice(2)
process.exitCode = await program({ node, words, flags: { json: true, config } })
process.stdout.write('', () => process.exit())
