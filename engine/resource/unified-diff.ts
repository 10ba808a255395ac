import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff'
import { redact } from '../shell/redact.ts'
import { elideArmour } from './elide-armour.ts'

/** Two texts that share almost nothing can take long to compare; nobody reads such a difference. */
const limitMilliseconds = 2000

/**
 * The unified diff of two texts, secrets that this process knows masked, certificates and keys each one line; `before`
 * is null where nothing stands there.
 * Undefined where comparing takes too long.
 */
export function unifiedDiff(name: string, before: string | null, after: string): string | undefined {
  const options = { headerOptions: FILE_HEADERS_ONLY, context: 3, timeout: limitMilliseconds }
  const from = before === null ? '/dev/null' : name
  const [old, young] = [elideArmour(before ?? ''), elideArmour(after)]
  const patch = createTwoFilesPatch(from, name, old, young, undefined, undefined, options)
  return patch === undefined ? undefined : redact(patch)
}
