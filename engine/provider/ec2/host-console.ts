import type { Account } from './account.ts'
import { isService } from './service-error.ts'

/** What an instance has said so far, as far as AWS shows it: '' where it shows nothing yet. */
export async function consoleOf(account: Account, InstanceId: string): Promise<string> {
  const ask = (Latest: boolean) =>
    account.call('getConsoleOutput', api => api.getConsoleOutput({ InstanceId, ...(Latest ? { Latest } : {}) }))
  // Types of an older kind keep only what was said at boot.
  const { Output = '' } = await ask(true).catch(error => {
    if (isService(error, 'UnsupportedOperation', 'InvalidParameterValue', 'InvalidParameterCombination'))
      return ask(false)
    throw error
  })
  return Buffer.from(Output, 'base64').toString('utf8').replaceAll('\r', '')
}
