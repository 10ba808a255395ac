// @ts-check
// Plain JavaScript: `--help` says it before TypeScript is loaded.

/**
 * How a playbook is called, without its arguments.
 * @param {string} playbook
 */
export const calledAs = playbook => `npx zx playbooks/${playbook}.mjs`
