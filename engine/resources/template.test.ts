import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { Late } from '../resource/late.ts'
import { Secret } from '../shell/secret.ts'
import { render, template } from './template.ts'

test('variables stand for themselves, unescaped, and lines stay lines', () => {
  const text = 'a: <%= a %>\n<% for (const one of list) { -%>\n- <%= one %>\n<% } -%>\nend\n'
  expect(render(text, { a: `<&"'>`, list: ['x', 'y'] })).toBe(`a: <&"'>\n- x\n- y\nend\n`)
})

test.each(['<%= missing %>', '<%= it.missing %>', '<%= a.missing %>', '<%= a.b.c %>'])('%s is an error', text => {
  expect(() => render(text, { a: {} }, 'x.conf')).toThrow('cannot be rendered')
})

test('an object is not printed as [object Object], nor a list with commas', () => {
  for (const value of [{}, [1, 2]]) expect(() => render('<%= value %>', { value })).toThrow('name its parts')
})

test('late values anywhere in the data make the text late, and are named once', () => {
  let known: string | undefined
  const address = new Late('address of cp', () => known)
  const text = render('<% for (const host of hosts) { %><%= host.address %> <% } %>', {
    hosts: [{ address }, { address }],
  })
  if (!(text instanceof Late)) expect.fail()
  expect([text.what, text.value]).toEqual(['address of cp', undefined])
  known = '10.0.0.1'
  expect(text.value).toBe('10.0.0.1 10.0.0.1 ')
})

test('a secret in the data, also a late one, makes the text a secret', () => {
  const text = render('token <%= token %>', { token: new Secret('abc') })
  expect(`${text}`).toBe('***')
  expect(text instanceof Secret && text.reveal()).toBe('token abc')
  const late = render('<%= token %>', { token: new Late('token', () => new Secret('abc')) })
  expect(late instanceof Late && late.value).toBeInstanceOf(Secret)
})

test('a file is rendered, and named in its errors', () => {
  const folder = mkdtempSync(join(tmpdir(), 'template-'))
  const path = join(folder, 'some.conf')
  writeFileSync(path, 'port <%= port %>\n')
  expect(template(pathToFileURL(path), { port: 22 })).toBe('port 22\n')
  expect(() => template(path, {})).toThrow(
    expect.objectContaining({ failure: expect.objectContaining({ place: path }) }),
  )
  rmSync(folder, { recursive: true })
})
