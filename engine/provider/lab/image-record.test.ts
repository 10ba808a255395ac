import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { absent, present, unknown } from '../../resource/resource.ts'
import { ImageRecord } from './image-record.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'image-record-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const image = 'ami-1'

test('what a host has told is known of every other of its image, and of no other image', () => {
  const record = new ImageRecord(folder)
  expect(record.some).toBe(false)
  record.learn(image, 'cp', [
    ['kernel-modules', 'kubernetes', present({ loaded: ['overlay'] })],
    ['hostname', 'hostname', present({ live: 'cp' })],
    ['file', '/etc/x', absent],
  ])
  const later = new ImageRecord(folder)
  expect(later.some).toBe(true)
  expect(later.answer(image, 'nfs', 'kernel-modules', 'kubernetes')).toEqual(present({ loaded: ['overlay'] }))
  expect(later.answer(image, 'nfs', 'hostname', 'hostname')).toEqual(present({ live: 'nfs' }))
  expect(later.answer(image, 'nfs', 'file', '/etc/x')).toEqual(absent)
  expect(later.answer(image, 'nfs', 'file', '/etc/y')).toBeUndefined()
  expect(later.answer('ami-2', 'nfs', 'file', '/etc/x')).toBeUndefined()
})

test('only the first answer of a run counts, and none that is not known or of the machine alone', () => {
  const record = new ImageRecord(folder)
  record.learn(image, 'cp', [
    ['swap', 'off', present(true)],
    ['sysctl', 'x', unknown('it was silent')],
    ['assertion', 'disk', present('big')],
  ])
  record.learn(image, 'cp', [['swap', 'off', present(false)]])
  expect(record.answer(image, 'cp', 'swap', 'off')).toEqual(present(true))
  expect(record.answer(image, 'cp', 'sysctl', 'x')).toBeUndefined()
  expect(record.answer(image, 'cp', 'assertion', 'disk')).toBeUndefined()
})

test('what hosts do not agree about is not known, but for content that is each one’s own', () => {
  const hosts = { content: { sha256: 'sha256:1', mode: '0644' }, mode: { sha256: 'sha256:1', mode: '0644' } }
  const record = new ImageRecord(folder)
  record.learn(image, 'cp', [
    ['file', 'content', present(hosts.content)],
    ['file', 'mode', present(hosts.mode)],
  ])
  record.learn(image, 'nfs', [
    ['file', 'content', present({ ...hosts.content, sha256: 'sha256:2' })],
    ['file', 'mode', present({ ...hosts.mode, mode: '0600' })],
  ])
  const any = present({ sha256: 'sha256:another on every host', mode: '0644' })
  expect(record.answer(image, 'cp', 'file', 'content')).toEqual(any)
  expect(record.answer(image, 'cp', 'file', 'mode')).toBeUndefined()
  // Nor is it when a third one tells.
  record.learn(image, 'worker1', [
    ['file', 'content', present({ ...hosts.content, sha256: 'sha256:3' })],
    ['file', 'mode', present(hosts.mode)],
  ])
  expect(record.answer(image, 'cp', 'file', 'content')).toEqual(any)
  expect(record.answer(image, 'cp', 'file', 'mode')).toBeUndefined()
})
