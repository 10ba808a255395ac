import { mkdir } from 'node:fs/promises'
import { AndamioError } from '../../errors.ts'
import type { Failure } from '../../report/events.ts'
import type { Provider } from '../provider.ts'

/** How a provider tells what stands against it, which is asked once: check mode tells all of it, a run ends by the first. */
export function foreseen(
  stateFolder: string,
  troubles: () => Promise<readonly Failure[]>,
): Required<Pick<Provider, 'preflight' | 'foresee'>> {
  let asked: Promise<readonly Failure[]> | undefined
  const foresee = () => {
    asked ??= troubles()
    return asked
  }
  return {
    async preflight() {
      const [failure] = await foresee()
      if (failure) throw new AndamioError(failure)
      await mkdir(stateFolder, { recursive: true, mode: 0o700 })
    },
    foresee,
  }
}
