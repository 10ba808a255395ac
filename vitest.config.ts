import { defineConfig } from 'vitest/config'

// Unit and integration tests only: `*.test.ts` beside what they test. End-to-end proofs live in test/ and are run by
// `npm run e2e:NAME`, for they boot hosts and take minutes.
export default defineConfig({
  test: {
    include: ['{engine,kube,mirror,roles,playbooks,scripts}/**/*.test.ts'],
    testTimeout: 20_000,
  },
})
