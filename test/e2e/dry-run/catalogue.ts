import { defineRole } from '../../../engine/play/role.ts'
import { command } from '../../../engine/resources/command.ts'
import { directory } from '../../../engine/resources/directory.ts'
import { file } from '../../../engine/resources/file.ts'
import { group } from '../../../engine/resources/group.ts'
import { mount } from '../../../engine/resources/mount.ts'
import { symlink } from '../../../engine/resources/symlink.ts'
import { systemdUnit } from '../../../engine/resources/systemd-unit.ts'
import { user } from '../../../engine/resources/user.ts'

/** Kinds of things that the lab's own roles do without, so that a dry run is judged by them too. */
export const catalogue = defineRole({
  name: 'catalogue',
  summary: 'One of each kind of thing that no role of the lab wishes.',
  vars: {},
  resources: () => {
    const settings = file({ path: '/srv/keeper/settings', content: 'pace=1\n', mode: '0640', owner: 'root:keepers' })
    return [
      group({ name: 'keepers', gid: 4711 }),
      user({
        name: 'keeper',
        uid: 4712,
        group: 'keepers',
        home: '/srv/keeper',
        shell: '/bin/false',
        groups: ['audio'],
      }),
      directory({ path: '/srv/keeper', owner: 'keeper:keepers', mode: '0750' }),
      settings,
      symlink({ path: '/srv/keeper/current', target: 'settings' }),
      command({ id: 'mark the keeper', run: 'date >/srv/keeper/mark', creates: '/srv/keeper/mark' }),
      mount({ what: 'tmpfs', where: '/srv/scratch', type: 'tmpfs', options: ['size=1m'] }),
      systemdUnit({
        name: 'keeper',
        unitFile: '[Service]\nExecStart=/bin/sleep infinity\n\n[Install]\nWantedBy=multi-user.target\n',
        enabled: true,
        running: true,
        freshAfter: [settings],
      }),
    ]
  },
})
