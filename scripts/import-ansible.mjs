#!/usr/bin/env zx
// Makes an inventory of Ansible's inventories.   npx zx scripts/import-ansible.mjs FILE... [--group FROM=TO] [--out FILE]
import { argumentsAfter } from '../engine/play/read-arguments.mjs'

if (!Reflect.get(process.features, 'typescript')) (await import('tsx/esm/api')).register()
const { importAnsibleProgram } = await import('./import-ansible-program.ts')

process.exitCode = await importAnsibleProgram(argumentsAfter('import-ansible.mjs'))
