import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Late } from '../../engine/resource/late.ts'
import { manifestFiles, parseManifest } from './files.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'andamio-files-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function write(folder: string, name: string, text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n'): void {
  mkdirSync(join(root, folder), { recursive: true })
  writeFileSync(join(root, folder, name), text)
}

test('files of all folders go by their own names', () => {
  write('b', '10-first.yaml')
  write('a', '20-second.yaml')
  write('b', '30-third.yaml')
  write('a', '30-third.yaml')
  const names = manifestFiles(root, ['b', 'a'], {}).map(({ name }) => name)
  expect(names).toEqual(['b/10-first.yaml', 'a/20-second.yaml', 'a/30-third.yaml', 'b/30-third.yaml'])
})

test('a file that does not say when it is applied is refused', () => {
  write('a', 'first.yaml')
  expect(() => manifestFiles(root, ['a'], {})).toThrow('not called NN-name.yaml: first.yaml')
})

test('a folder that is not there is refused', () => {
  expect(() => manifestFiles(root, ['none'], {})).toThrow('no folder of manifests called none')
})

describe('a value that is not known yet', () => {
  const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: "<%= it.nfs.address %>"}\n'
  test('names objects all the same, and is late in their content', () => {
    let address: string | undefined
    write('a', '10-a.yaml', text)
    const [file] = manifestFiles(root, ['a'], { nfs: { address: new Late('address of nfs', () => address) } })
    expect(file?.outline()[0]?.metadata.name).toBe('x')
    expect(file?.objects()).toMatchObject({ what: 'address of nfs' })
    address = '10.0.0.20'
    expect(file?.objects()).toMatchObject([{ data: { a: '10.0.0.20' } }])
  })

  test('one that nobody gives is named', () => {
    write('a', '10-a.yaml', text)
    const [file] = manifestFiles(root, ['a'], {})
    expect(() => file?.outline()).toThrow(/cannot be rendered.*address/s)
  })
})

describe('refused with file, line and column', () => {
  test.each([
    ['a: 1\n b: 2', '1:4'],
    ['- 1', '1:1'],
    ['apiVersion: v1\nkind: ConfigMap', '1:1'],
    ['apiVersion: v1\nkind: A\nmetadata: {name: x}\n---\nkind: B\nmetadata: {name: y}', '5:1'],
    ['a: 1\na: 2', '2:1'],
  ])('%j', (text, at) => {
    let place: string | undefined
    try {
      parseManifest(text, 'a/10-a.yaml')
    } catch (error) {
      place = (error as { failure?: { place?: string } }).failure?.place
    }
    expect(place).toBe(`manifests/a/10-a.yaml:${at}`)
  })

  test('an alias bomb, before it is one', () => {
    const bomb = [...'bcdefgh'].map((name, at) => `${name}: &${name} [${`*${'abcdefg'[at]},`.repeat(9)}]`)
    const text = ['apiVersion: v1', 'kind: A', 'metadata: {name: x}', 'a: &a [x,x,x,x,x,x,x,x,x]', ...bomb].join('\n')
    expect(() => parseManifest(text, 'a')).toThrow(expect.objectContaining({ exit: 64 }))
  })
})
