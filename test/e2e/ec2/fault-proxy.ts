import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Faults } from './faults.ts'
import { dates } from './images.ts'
import { haveMachinesDo, showMachines } from './machines-behind.ts'
import { Memory } from './memory.ts'
import { codeOfHidden, hideMade, leaveOutHidden } from './visibility.ts'
import { child, type Element, items, readXml, textOf, writeXml } from './xml.ts'

interface Answer {
  readonly status: number
  readonly body: string
}

interface Remembered {
  readonly request: string
  readonly body: string
}

/** What cannot go, and no gateway of it, while an instance is in it. */
const usedThings: Readonly<Record<string, readonly string[]>> = {
  DeleteSecurityGroup: ['GroupId'],
  DeleteSubnet: ['SubnetId'],
  DetachInternetGateway: ['VpcId'],
}

/** Parameters that tell one request from another that has the same token. */
const sameRequest = (form: URLSearchParams): string =>
  [...form]
    .filter(([key]) => !['ClientToken', 'DryRun'].includes(key))
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join('&')

/**
 * Stands in front of moto and makes it as difficult as AWS: knows idempotency tokens, takes its time with instances,
 * hides what was just made, refuses what is in use, throttles, has no room, and cuts whoever calls off.
 */
export class FaultProxy {
  readonly #moto: string
  readonly #server: Server
  #faults: Faults
  #memory: Memory
  #tokens = new Map<string, Remembered>()
  #cut: ((action: string) => boolean) | undefined
  /** Every call that reached us, in order. */
  calls: string[] = []

  private constructor(moto: string, faults: Faults) {
    this.#moto = moto
    this.#faults = faults
    this.#memory = new Memory(faults.clock)
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(error => {
        response.writeHead(500).end(String(error.stack))
      })
    })
  }

  /** `at`: one of this machine's addresses. */
  static async start(moto: string, faults: Faults, at = '127.0.0.1'): Promise<FaultProxy> {
    const proxy = new FaultProxy(moto, faults)
    proxy.#server.listen(0, at)
    await once(proxy.#server, 'listening')
    return proxy
  }

  get url(): string {
    const { address, port } = this.#server.address() as AddressInfo
    return `http://${address}:${port}`
  }

  /** Another account, and other weather. */
  anew(faults: Faults): void {
    this.#faults = faults
    this.#memory = new Memory(faults.clock)
    this.#tokens = new Map()
    this.calls = []
  }

  /** Other weather for the same account. */
  weather(faults: Faults): void {
    this.#faults = faults
  }

  /** Asked after each call that was carried out. True: it is never answered. */
  cutting(cut: ((action: string) => boolean) | undefined): void {
    this.#cut = cut
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const form = new URLSearchParams(Buffer.concat(chunks).toString())
    const action = form.get('Action') ?? ''
    this.calls.push(action)
    const answer = await this.#answer(action, form, request)
    if (!dryRunOf(form) && this.#cut?.(action)) {
      response.destroy()
      return
    }
    response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(answer.body)
  }

  async #answer(action: string, form: URLSearchParams, request: IncomingMessage): Promise<Answer> {
    const faults = this.#faults
    if (faults.throttled?.(action)) return refused(503, 'RequestLimitExceeded', 'Request limit exceeded.')
    const dryRun = dryRunOf(form)
    const other = faults.refuses?.(action, dryRun)
    if (other) return refused(400, other.code, other.message)
    const problem = this.#problem(action, form)
    if (problem) return problem
    // moto makes one all the same.
    if (dryRun && action === 'CreateVpc') return refused(412, 'DryRunOperation', 'It would have succeeded.')
    const token = form.get('ClientToken')
    const earlier = action === 'RunInstances' && token ? this.#tokens.get(token) : undefined
    if (earlier && earlier.request !== sameRequest(form))
      return refused(400, 'IdempotentParameterMismatch', 'The token was used with other parameters.')
    const answer = earlier ? { status: 200, body: earlier.body } : await this.#ask(form, request)
    if (answer.status !== 200) return answer
    if (action === 'RunInstances' && token && !dryRunOf(form))
      this.#tokens.set(token, { request: sameRequest(form), body: answer.body })
    const document = readXml(answer.body)
    this.#remember(action, form, document, earlier !== undefined)
    const { machines } = faults
    if (machines && !earlier) await haveMachinesDo(machines, action, form, document)
    if (!action.startsWith('Describe')) await faults.changed?.()
    this.#show(action, document)
    if (machines) await showMachines(machines, action, document)
    return { status: 200, body: writeXml(document) }
  }

  async #ask(form: URLSearchParams, request: IncomingMessage): Promise<Answer> {
    // moto takes this attribute by its older name only, and for anything else empties the security groups.
    const told = form.get('InstanceInitiatedShutdownBehavior.Value')
    if (told) {
      form.set('Attribute', 'instanceInitiatedShutdownBehavior')
      form.set('Value', told)
    }
    const { authorization = '', 'content-type': type = '' } = request.headers
    const headers = { authorization, 'content-type': type }
    const answer = await fetch(this.#moto, { method: 'POST', headers, body: form.toString() })
    return { status: answer.status, body: await answer.text() }
  }

  /** Refuses what AWS would refuse and moto carries out. */
  #problem(action: string, form: URLSearchParams): Answer | undefined {
    const memory = this.#memory
    const hidden = [...form].find(([key, value]) => /Id(\.\d+)?$/.test(key) && memory.isHidden(value))
    if (hidden && !action.startsWith('Describe')) {
      return refused(400, codeOfHidden(hidden[1]), `${hidden[1]} does not exist`)
    }
    const key = form.get('KeyName')
    if (action === 'RunInstances' && key && memory.isHidden(key))
      return refused(400, 'InvalidKeyPair.NotFound', `The key pair '${key}' does not exist`)
    if (action === 'RunInstances') {
      const [type, zone] = [form.get('InstanceType') ?? '', form.get('Placement.AvailabilityZone') ?? '']
      const dryRun = dryRunOf(form)
      if (!dryRun && !this.#tokens.has(form.get('ClientToken') ?? '') && this.#faults.noRoom?.(type, zone))
        return refused(500, 'InsufficientInstanceCapacity', `There is no ${type} in ${zone || 'any zone'}`)
    }
    const used = usedThings[action]?.map(field => form.get(field) ?? '').find(id => memory.userOf(id))
    if (used) return refused(400, 'DependencyViolation', `resource ${used} has a dependent object`)
    return undefined
  }

  #remember(action: string, form: URLSearchParams, answer: Element, again: boolean): void {
    const memory = this.#memory
    const { hiddenSeconds = () => 0, moveSeconds = 0 } = this.#faults
    hideMade(memory, action, answer, form.get('KeyName') ?? '', hiddenSeconds)
    if (action === 'RunInstances' && !again)
      for (const item of items(answer, 'instancesSet')) {
        const id = textOf(item, 'instanceId')
        memory.hide(id, hiddenSeconds())
        memory.moves(id, 'pending', moveSeconds)
        memory.uses(id, [
          ...[...form].flatMap(([key, value]) => (/(SecurityGroupId\.\d+|SubnetId)$/.test(key) ? [value] : [])),
          textOf(item, 'vpcId'),
        ])
      }
    const ids = [...form].flatMap(([key, value]) => (/^InstanceId\.\d+$/.test(key) ? [value] : []))
    if (action === 'TerminateInstances') for (const id of ids) memory.ends(id, moveSeconds)
    if (action === 'StopInstances') for (const id of ids) memory.moves(id, 'stopping', moveSeconds)
    if (action === 'StartInstances') for (const id of ids) memory.moves(id, 'pending', moveSeconds)
  }

  #show(action: string, answer: Element): void {
    const memory = this.#memory
    if (action === 'DescribeInstances') memory.showInstances(answer)
    if (action === 'RunInstances') for (const item of items(answer, 'instancesSet')) memory.showInstance(item)
    leaveOutHidden(memory, action, answer)
    for (const item of action === 'DescribeImages' ? items(answer, 'imagesSet') : []) {
      const date = child(item, 'creationDate')
      if (date) date.text = dates[textOf(item, 'imageId')] ?? date.text
    }
  }
}

const dryRunOf = (form: URLSearchParams): boolean => form.get('DryRun') === 'true'

const refused = (status: number, code: string, message: string): Answer => ({
  status,
  body: `<?xml version="1.0" encoding="utf-8"?>
<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>0</RequestID></Response>`,
})
