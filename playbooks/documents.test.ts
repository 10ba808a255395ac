import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const project = new URL('../', import.meta.url)
const filesIn = (folder: string, end: string) =>
  readdirSync(new URL(folder, project)).filter(name => name.endsWith(end))

test('every playbook stands in a document for who uses it', () => {
  const documents = ['README.md', ...filesIn('docs/', '.md').map(name => `docs/${name}`)]
  const text = documents.map(path => readFileSync(new URL(path, project), 'utf8')).join('\n')
  const playbooks = filesIn('playbooks/', '.mjs')
  expect(playbooks).toContain('up.mjs')
  expect(playbooks.filter(name => !text.includes(`playbooks/${name}`))).toEqual([])
})
