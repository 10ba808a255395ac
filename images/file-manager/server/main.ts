#!/usr/bin/env node
/** The server: `server BROKER_ADDRESS`; flags are for tests and for running it elsewhere. */
import { hostname, networkInterfaces } from 'node:os'
import { askHealth } from '../program/health.ts'
import { log } from '../program/log.ts'
import { address, listenAddress, number, readArguments, UsageError } from '../program/options.ts'
import { runProgram } from '../program/program.ts'
import { credentialsOf } from '../protocol/credentials.ts'
import { brokerPort, serverPort } from '../protocol/limits.ts'
import { startServer } from './server.ts'

const defaults = {
  listen: String(serverPort),
  data: '/app/FileManagerDir',
  config: '/etc/file-manager',
  id: hostname(),
  'broker-port': String(brokerPort),
  'plain-text': false,
  health: false,
  'health-listen': '',
  'max-file': '4Gi',
  quota: '5Gi',
  transfers: '128',
  connections: '256',
  'connections-per-address': '128',
  strangers: '1024',
}

await runProgram(async () => {
  const { flags, positionals } = readArguments(process.argv.slice(2), defaults)
  const listen = listenAddress(flags.listen)
  const credentials = credentialsOf(flags.config, flags['plain-text'])
  if (flags.health) {
    await askHealth(listen.port, credentials)
    return undefined
  }
  const [broker, ...others] = positionals
  if (broker === undefined || others.length > 0)
    throw new UsageError('the server takes one argument, the address of the broker')
  return startServer({
    listen,
    credentials,
    broker: address('the address of the broker', broker, number('broker-port', flags['broker-port'])),
    id: flags.id,
    address: ownAddress(),
    data: flags.data,
    requests: number('transfers', flags.transfers),
    mostOfFile: number('max-file', flags['max-file']),
    mostOfAll: number('quota', flags.quota),
    mostGuests: number('connections', flags.connections),
    mostOfOneAddress: number('connections-per-address', flags['connections-per-address']),
    mostStrangers: number('strangers', flags.strangers),
    mostHeld: 32 * 2 ** 20,
    health: flags['health-listen'] === '' ? undefined : listenAddress(flags['health-listen']),
    log,
  })
})

/** The first that is not this host's alone. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap(each => each ?? [])
  return all.find(({ internal }) => !internal)?.address ?? '127.0.0.1'
}
