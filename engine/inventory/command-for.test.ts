import { expect, it } from 'vitest'
import { commandFor } from './command-for.ts'

it('names the inventory that the command line named, as a shell reads it, and none where that named none', () => {
  expect(commandFor({}, 'up')).toBe('npx zx playbooks/up.mjs')
  expect(commandFor({ asked: { inventory: 'local' } }, 'up')).toBe('npx zx playbooks/up.mjs')
  expect(commandFor({ asked: { inventory: 'my lab.yaml' } }, 'up')).toBe(
    "npx zx playbooks/up.mjs --inventory 'my lab.yaml'",
  )
})

it('tells up where packages come from, and nobody else', () => {
  const asked = { inventory: 'mine.yaml', source: 'upstream' } as const
  expect(commandFor({ asked }, 'up')).toBe('npx zx playbooks/up.mjs --inventory mine.yaml --source upstream')
  expect(commandFor({ asked }, 'down', '--limit', 'cp')).toBe(
    'npx zx playbooks/down.mjs --inventory mine.yaml --limit cp',
  )
})

it('names the part of the lab, and what may be lost, that the command line named', () => {
  const asked = { inventory: 'mine.yaml', limit: 'workers', takeOver: ['a', 'b'], pruneData: true }
  expect(commandFor({ asked }, 'up', '--check')).toBe(
    'npx zx playbooks/up.mjs --inventory mine.yaml --limit workers --take-over a --take-over b --prune-data --check',
  )
})
