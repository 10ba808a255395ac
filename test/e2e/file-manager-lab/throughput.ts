import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { stringify } from 'yaml'
import { figure, holds, say } from '../proof.ts'
import { untilTrue } from './kills.ts'
import { isReady, type Stage } from './stage.ts'
import { User } from './user.ts'

const MiB = 2 ** 20
const fileBytes = 128 * MiB
const rounds = 7
const nodePort = 32010
const name = 'plain-copy'

/**
 * The receiver of the plain copy: it says which node it is on, writes what comes into a file of the same mount while more
 * comes, syncs it, and tells how much that was. No TLS, no hash.
 */
const receiver = `
const { createServer } = require('node:net')
const { openSync, fsync, closeSync, writev, unlinkSync } = require('node:fs')
const receive = socket => {
  const path = '/data/${name}-' + Math.random().toString(36).slice(2)
  let fd, size = 0, queued = 0, queue = [], writing = false, over = false
  const next = () => {
    if (writing) return
    if (queue.length > 0) {
      const [chunks, bytes] = [queue, queued]
      queue = []
      queued = 0
      writing = true
      socket.resume()
      writev(fd, chunks, size, (error, written) => {
        if (error || written !== bytes) throw error ?? new Error('a short write')
        size += bytes
        writing = false
        next()
      })
    } else if (over && fd !== undefined) {
      const done = fd
      fd = undefined
      fsync(done, () => {
        closeSync(done)
        unlinkSync(path)
        socket.end(size + '\\n')
      })
    } else if (over) socket.end()
  }
  socket.on('error', () => {})
  socket.on('data', chunk => {
    fd ??= openSync(path, 'w')
    queue.push(chunk)
    queued += chunk.length
    if (queued > 8388608 || queue.length > 1000) socket.pause()
    next()
  })
  socket.on('end', () => {
    over = true
    next()
  })
  socket.write(process.env.NODE + '\\n')
}
createServer({ allowHalfOpen: true, highWaterMark: 1048576 }, receive).listen(${nodePort})
`

const labels = { app: name }

function objects(image: string): readonly object[] {
  const container = {
    name,
    image,
    command: ['/usr/bin/node', '-e', receiver],
    env: [{ name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
    readinessProbe: { tcpSocket: { port: nodePort }, periodSeconds: 2 },
    volumeMounts: [{ name: 'files', mountPath: '/data', subPath: 'FileManagerDir' }],
  }
  const pod = {
    securityContext: { runAsUser: 10001, runAsGroup: 10001 },
    containers: [container],
    volumes: [{ name: 'files', persistentVolumeClaim: { claimName: 'nfs-pvc' } }],
    terminationGracePeriodSeconds: 1,
  }
  const ports = [{ port: nodePort, targetPort: nodePort, nodePort }]
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name, labels },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, labels },
      spec: { type: 'NodePort', selector: labels, ports },
    },
  ]
}

/**
 * Uploads by the real client, each followed by a plain copy of as much by the same node into a pod on the node whose
 * server took the upload. The figure is the median of their ratios: machines have moods.
 */
export async function compareWithPlainCopy(stage: Stage, scratch: string): Promise<void> {
  const image = await stage.kubectl(
    `get deployment server-deployment -o jsonpath='{.spec.template.spec.containers[0].image}'`,
  )
  const yaml = objects(image.trim())
    .map(object => stringify(object))
    .join('---\n')
  await stage.kubectl(`apply -f - <<'end of objects'\n${yaml}end of objects`)
  const users: User[] = []
  try {
    const workers = await stage.workers()
    await untilTrue('a receiver on every worker', 120, async () => {
      const pods = await stage.objects(`pods --selector app=${name}`)
      return pods.filter(isReady).length === workers.length
    })
    const servers = await stage.objects('pods --selector app=server')
    const nodeOf = new Map(servers.map(({ metadata, spec }) => [metadata.name, spec?.nodeName ?? '']))
    const content = randomBytes(fileBytes)
    const ratios: number[] = []
    for (let round = 0; round < rounds; round++) {
      const address = workers[round % workers.length] ?? ''
      const user = await User.start(stage, `throughput-${process.pid}-${round}`, address, scratch)
      users.push(user)
      const upload = await user.upload(fileBytes)
      await user.end()
      holds(upload.ok, `the upload succeeds: ${upload.why}`)
      const node = nodeOf.get(user.connections[0]?.server ?? '') ?? ''
      const plain = await copy(address, node, content)
      ratios.push(plain / upload.seconds)
      const [uploaded, copied] = [fileBytes / MiB / upload.seconds, fileBytes / MiB / plain]
      say(`  by ${address} to ${node}: ${uploaded.toFixed(0)} MiB/s, plain ${copied.toFixed(0)} MiB/s`)
    }
    const median = ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? 0
    figure('an upload by a NodePort, of a plain copy by the same path', median, { atLeast: 0.8 }, '')
  } finally {
    await Promise.all(users.map(user => user.end()))
    await stage.kubectl(`delete daemonset/${name} service/${name} --ignore-not-found`)
    await stage.remove(`throughput-${process.pid}-* ${name}-*`)
  }
}

/** Seconds that the content takes by `address` to the receiver on `node`, until that has it on its storage. */
async function copy(address: string, node: string, content: Buffer): Promise<number> {
  const socket = await receiverOn(address, node)
  const began = performance.now()
  socket.end(content)
  const [told] = (await once(socket, 'data')) as [Buffer]
  const seconds = (performance.now() - began) / 1000
  socket.destroy()
  holds(told.toString().trim() === String(content.length), `all has arrived: ${told}`)
  return seconds
}

/** Connects anew until the cluster's choice is the receiver on this node. */
async function receiverOn(address: string, node: string): Promise<Socket> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const socket = connect({ host: address, port: nodePort, allowHalfOpen: true })
    await once(socket, 'connect')
    const [greeting] = (await once(socket, 'data')) as [Buffer]
    if (greeting.toString().trim() === node) return socket
    socket.destroy()
  }
  throw new Error(`100 connections did not reach the receiver on ${node}`)
}
