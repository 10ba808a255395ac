import type { Injection } from './injection.ts'
import { type Draw, oneOf } from './injection.ts'

/** Ways to spoil a file, a directory, a package or a unit, whichever it is. Plain shell throughout. */

const stand = (path: string): string => `stat -c '%F %a %U:%G' ${path}
if [ -L ${path} ]; then readlink ${path}; elif [ -f ${path} ]; then sha256sum ${path}; fi`

const modes = ['0600', '0640', '0666', '0755', '4755', '0000']
const owners = ['nobody', 'daemon:daemon', '1234:4321', 'root:adm']

const ofFile: readonly (readonly [what: string, script: (path: string, random: () => number) => string])[] = [
  ['a line more', path => `echo '# by hand' >>${path}`],
  ['a line less', path => `sed -i 1d ${path}`],
  ['emptied', path => `: >${path}`],
  ['removed', path => `rm ${path}`],
  ['a link elsewhere', path => `rm ${path}; ln -s /etc/hostname ${path}`],
  ['another mode', (path, random) => `chmod ${oneOf(modes, random)} ${path}`],
  ['another owner', (path, random) => `chown ${oneOf(owners, random)} ${path}`],
  ['other rights and content', path => `echo by hand >${path}; chmod 0600 ${path}; chown nobody ${path}`],
]

/** One of these files is not as it was. `about` names what else is about all of them. */
export const spoiltFile =
  (paths: readonly string[], about: readonly string[] = []): Draw =>
  random => {
    const path = oneOf(paths, random)
    const [what, script] = oneOf(ofFile, random)
    return {
      what: `${path}: ${what}`,
      about: [path, ...about],
      look: stand(path),
      script: script(path, random),
      becomes: 'mended',
    }
  }

/** For what nobody reads meanwhile: whoever opens it waits for ever. */
export const pipeInstead =
  (paths: readonly string[], about: readonly string[] = []): Draw =>
  random => {
    const path = oneOf(paths, random)
    return {
      what: `${path}: a pipe`,
      about: [path, ...about],
      look: stand(path),
      script: `rm ${path}; mkfifo ${path}`,
      becomes: 'mended',
    }
  }

/** Written again as it is: only its times are others. */
export const touchedFile =
  (paths: readonly string[]): Draw =>
  random => {
    const path = oneOf(paths, random)
    return {
      what: `${path}: touched`,
      about: [path],
      look: stand(path),
      script: `touch ${path}; mv ${path} ${path}.x; cp -p ${path}.x ${path}; rm ${path}.x`,
      becomes: 'mended',
    }
  }

const ofDirectory: readonly (readonly [what: string, script: (path: string, random: () => number) => string])[] = [
  ['another mode', (path, random) => `chmod ${oneOf(['0700', '0777', '1777', '0000'], random)} ${path}`],
  ['another owner', (path, random) => `chown ${oneOf(owners, random)} ${path}`],
]

export const spoiltDirectory =
  (paths: readonly string[]): Draw =>
  random => {
    const path = oneOf(paths, random)
    const [what, script] = oneOf(ofDirectory, random)
    return {
      what: `${path}: ${what}`,
      about: [path],
      look: stand(path),
      script: script(path, random),
      becomes: 'mended',
    }
  }

/** With all that is in it. */
export const removedDirectory = (path: string, about: readonly string[]): Draw =>
  always({
    what: `${path}: removed`,
    about: [path, ...about],
    look: `find ${path} -printf '%P %y %m %u:%g\\n' | sort`,
    script: `rm -r ${path}`,
    becomes: 'mended',
  })

/** Something of another sort stands where the roles are to put something of theirs, and is not theirs to remove. */
export const occupied = (path: string, by: 'directory' | 'file'): Draw =>
  always({
    what: `${path}: a ${by} in its place`,
    about: [path],
    look: stand(path),
    script: `mv ${path} ${path}.aside; ${by === 'file' ? `echo mine >${path}` : `mkdir ${path}`}`,
    becomes: 'refused',
    undo: `rm -r ${path}; mv ${path}.aside ${path}`,
  })

const quiet = 'export DEBIAN_FRONTEND=noninteractive'
const packages = (names: readonly string[]): string =>
  `dpkg-query -W -f='\${Package} \${db:Status-Abbrev} \${Version}\\n' ${names.join(' ')}`

/** With others that need it, for some of them may be held; configuration stays where they are only removed. */
export const withoutPackages =
  (names: readonly string[], about: readonly string[] = []): Draw =>
  random => {
    const name = names.join(' ')
    const verb = oneOf(['purge', 'remove'], random)
    return {
      what: `package ${name}: ${verb}`,
      about: [...names, ...about],
      look: packages(names),
      script: `${quiet}\napt-get -qq -y --allow-change-held-packages ${verb} ${name} >/dev/null`,
      becomes: 'mended',
    }
  }

/** As a dpkg that was killed leaves it. */
export const halfConfigured = (name: string, about: readonly string[]): Draw =>
  always({
    what: `package ${name}: half configured`,
    about: [name, ...about],
    look: packages([name]),
    script: `sed -i '/^Package: ${name}$/,/^$/s/^\\(Status: [a-z]* ok\\) installed$/\\1 half-configured/' /var/lib/dpkg/status`,
    becomes: 'mended',
  })

/** A package of another version, packed by hand: an older one is brought up unless it is held, a newer one is not touched. */
export const otherVersion = (name: string, version: string, held: boolean, becomes: 'mended' | 'refused'): Draw =>
  always({
    what: `package ${name}: version ${version}${held ? ', held' : ''}`,
    about: [name],
    look: packages([name]),
    script: `${quiet}
dpkg-query -W -f='\${Version}' ${name} >/run/version-of-${name}
own=$(mktemp -d); mkdir "$own/DEBIAN"
printf 'Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: hand <hand@example.org>\nDescription: hand\n' \\
  >"$own/DEBIAN/control"
chmod 0755 "$own"; dpkg-deb --root-owner-group --build "$own" "$own.deb" >/dev/null
dpkg --force-downgrade --force-hold --install "$own.deb" >/dev/null 2>&1
rm -r "$own" "$own.deb"; apt-mark ${held ? 'hold' : 'unhold'} ${name} >/dev/null`,
    becomes,
    ...(becomes === 'refused' && {
      undo: `${quiet}
apt-get -qq -y --allow-downgrades --allow-change-held-packages install "${name}=$(cat /run/version-of-${name})" >/dev/null
apt-mark hold ${name} >/dev/null`,
    }),
  })

export const holdLifted =
  (names: readonly string[]): Draw =>
  random => {
    const name = oneOf(names, random)
    return {
      what: `package ${name}: hold lifted`,
      about: [name],
      look: packages([name]),
      script: `apt-mark unhold ${name} >/dev/null`,
      becomes: 'mended',
    }
  }

const unitStands = (unit: string): string =>
  `systemctl show -p LoadState -p UnitFileState -p NeedDaemonReload ${unit}; systemctl is-active ${unit}`

/** A service that fails, starts and fails again is another one at every look: of it only what lasts is looked at. */
export const enabledTurned =
  (unit: string, verbs: readonly string[]): Draw =>
  random => ({
    ...unitTurned(unit, verbs)(random),
    look: `systemctl show -p LoadState -p UnitFileState ${unit}`,
  })

/** `verb` is systemctl's, and its flags: `stop`, `mask --now`. */
export const unitTurned =
  (unit: string, verbs: readonly string[]): Draw =>
  random => {
    const verb = oneOf(verbs, random)
    return {
      what: `${unit}: ${verb}`,
      about: [unit],
      look: unitStands(unit),
      script: `systemctl -q ${verb} ${unit}`,
      becomes: 'mended',
    }
  }

/** Settings beside the unit's own that systemd has not read yet: they stay, and are to be read. */
export const unreadDropIn = (unit: string): Draw =>
  always({
    what: `${unit}: a drop-in not read yet`,
    about: [unit],
    look: unitStands(unit),
    script: `mkdir -p /etc/systemd/system/${unit}.d
printf '[Unit]\\nDescription=by hand\\n' >/etc/systemd/system/${unit}.d/by-hand.conf`,
    becomes: 'mended',
    undo: `rm -r /etc/systemd/system/${unit}.d; systemctl daemon-reload`,
  })

export const always =
  (one: Injection): Draw =>
  () =>
    one
