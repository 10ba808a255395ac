#!/usr/bin/env node
/** The broker: `broker`, without arguments; flags are for tests and for running it elsewhere. */
import { askHealth } from '../program/health.ts'
import { log } from '../program/log.ts'
import { address, listenAddress, number, readArguments, UsageError } from '../program/options.ts'
import { runProgram } from '../program/program.ts'
import { credentialsOf } from '../protocol/credentials.ts'
import { brokerPort, serverPort } from '../protocol/limits.ts'
import { startBroker } from './broker.ts'

const defaults = {
  listen: String(brokerPort),
  config: '/etc/file-manager',
  advertise: '',
  'plain-text': false,
  health: false,
  connections: '1024',
  'connections-per-address': '512',
  strangers: '1024',
}

await runProgram(async () => {
  const { flags, positionals } = readArguments(process.argv.slice(2), defaults)
  if (positionals.length > 0)
    throw new UsageError(`the broker takes no arguments, and was given ${positionals.join(' ')}`)
  const listen = listenAddress(flags.listen)
  const credentials = credentialsOf(flags.config, flags['plain-text'])
  if (flags.health) {
    await askHealth(listen.port, credentials)
    return undefined
  }
  return startBroker({
    listen,
    credentials,
    advertise: flags.advertise === '' ? undefined : address('--advertise', flags.advertise, serverPort),
    mostGuests: number('connections', flags.connections),
    mostOfOneAddress: number('connections-per-address', flags['connections-per-address']),
    mostStrangers: number('strangers', flags.strangers),
    mostHeld: 1,
    log,
  })
})
