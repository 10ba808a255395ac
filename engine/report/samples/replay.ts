/**
 * Plays a sample run to this terminal as if it happened now, for looking at the live lines:
 *   npx tsx engine/report/samples/replay.ts [failing|check|quiet|verify] [speed] [--diff] [--profile]
 */
import { setTimeout as until } from 'node:timers/promises'
import { prettyReporter } from '../pretty.ts'
import { runs } from './runs.ts'

const [name = 'failing', speed = '1'] = process.argv.slice(2).filter(word => !word.startsWith('-'))
const flag = (word: string) => process.argv.includes(word)
const began = Date.now()
const events = runs[name as keyof typeof runs](began)
const reporter = prettyReporter({
  stream: process.stdout,
  tty: process.stdout.isTTY,
  verbose: flag('--verbose'),
  diff: flag('--diff'),
  profile: flag('--profile'),
})
for (const event of events) {
  await until(Math.max(0, began + (Date.parse(event.at) - began) / Number(speed) - Date.now()))
  reporter.on(event)
}
await reporter.close()
