import { type AndamioError, usageError } from '../../errors.ts'

/** What in an Ansible inventory cannot be read. `place` is `file:line:col`. */
export const ansibleError = (place: string, message: string, next?: string): AndamioError =>
  usageError({
    code: 'ansible-inventory-invalid',
    message,
    place,
    next: next ?? 'Correct it there, then run the same command again.',
  })
