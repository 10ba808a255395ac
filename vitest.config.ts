import { defineConfig } from 'vitest/config'

// Unit and integration tests only: `*.test.ts` beside what they test. End-to-end proofs live in test/ and are run by
// `npm run e2e:NAME`, for they boot hosts and take minutes.
export default defineConfig({
  test: {
    include: ['{engine,kube,mirror,roles,playbooks,scripts,images,bench}/**/*.test.ts'],
    // For what hangs. A machine that is busy with labs starts a program in ten times the time that it takes alone.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    // One process for many files; vitest.setup.ts keeps them apart.
    isolate: false,
    globalSetup: ['vitest.programs.ts'],
    setupFiles: ['vitest.setup.ts'],
    // Most of the time a test waits for a program that it has started: more than there are processors keep them busy.
    maxWorkers: 6,
  },
})
