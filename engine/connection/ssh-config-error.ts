import { type AndamioError, usageError } from '../errors.ts'

/** What stands in an ssh_config file and cannot be followed. Nothing has been connected to yet. */
export const sshConfigError = (place: string, message: string, next?: string): AndamioError =>
  usageError({
    code: 'ssh-config-invalid',
    message,
    place,
    next:
      next ??
      'Correct the line, or name another file, or `none`, as `sshConfig` under `static:` of the inventory; docs/static.md has what is read.',
  })
