import { defineRole, type Role } from '../../engine/play/role.ts'
import { absent, present, type Resource } from '../../engine/resource/resource.ts'
import { sh } from '../../engine/shell/sh.ts'

/** Where contenders leave their files on a host. */
export const arena = '/srv/contend'

/**
 * Leaves CONTENDER_FILES files named after CONTENDER, one after the other. With CONTENDER_GATE each waits on its host
 * until the gate is opened there: for a run that is to last until others have had their try.
 */
export function contender(env: NodeJS.ProcessEnv): Role {
  const { CONTENDER = 'nobody', CONTENDER_FILES = '1', CONTENDER_GATE } = env
  const names = Array.from({ length: Number(CONTENDER_FILES) }, (_, index) => `${CONTENDER}-${index}`)
  return defineRole({
    name: 'contender',
    summary: 'Leaves files.',
    vars: {},
    resources: () => names.map(name => left(name, CONTENDER_GATE !== undefined)),
  })
}

function left(name: string, gated: boolean): Resource<boolean> {
  const path = `${arena}/${name}`
  return {
    kind: 'left',
    id: name,
    probe: {
      of: 'host',
      keys: [path],
      script: () => sh`if [ -e ${path} ]; then echo yes; else echo no; fi`,
      parse: output => (output === 'yes' ? present(true) : absent),
    },
    diff: is => (is.is === 'present' ? [] : [{ attribute: 'left', before: false, after: true }]),
    async apply(on) {
      const gate = gated ? sh`touch ${`${path}.waits`}; until [ -e ${`${arena}/gate`} ]; do sleep 0.1; done` : ':'
      await on.run(`mkdir -p ${arena}; ${gate}; ${sh`touch ${path}`}`, { what: `leave ${name}` })
    },
  }
}
