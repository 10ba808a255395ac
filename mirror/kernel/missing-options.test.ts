import { expect, test } from 'vitest'
import { missingOptions } from './missing-options.ts'

const wished = '# why\nCONFIG_NF_TABLES=y\nCONFIG_NAME="-lab"\n# CONFIG_SOUND is not set\n# CONFIG_WLAN is not set\n'

test('an option that took, or that is off because its menu is, is not missing', () => {
  const final = 'CONFIG_NF_TABLES=y\nCONFIG_NAME="-lab"\n# CONFIG_SOUND is not set\n'
  expect(missingOptions(wished, final)).toEqual([])
})

test('dropped, changed and still on are named', () => {
  const final = '# CONFIG_NF_TABLES is not set\nCONFIG_NAME="-other"\nCONFIG_SOUND=m\nCONFIG_WLAN_VENDOR=y\n'
  expect(missingOptions(wished, final)).toEqual([
    'CONFIG_NF_TABLES=y',
    'CONFIG_NAME="-lab"',
    '# CONFIG_SOUND is not set',
  ])
})
