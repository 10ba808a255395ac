import { defineRole } from '../../../engine/play/role.ts'
import { aptPackages } from '../../../engine/resources/apt-packages.ts'

/** One small package, so that apt has something to do. */
export const tools = defineRole({
  name: 'tools',
  summary: 'Installs a small program.',
  vars: {},
  resources: () => [aptPackages(['tree'])],
})
