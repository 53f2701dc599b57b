import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { choosePlatform, matchesPlatform } from './platform-match.ts'
import { formatPlatform, parsePlatform } from './platform.ts'

/** Facts from the test tables of containerd/platforms. */
const runs: Record<string, { yes: readonly string[]; no: readonly string[] }> = {
  'linux/amd64': {
    yes: ['linux/amd64', 'linux/amd64/v1', 'linux/386'],
    no: ['linux/amd64/v2', 'linux/arm/v7', 'linux/arm64', 'windows/amd64', 'unknown/unknown'],
  },
  'linux/amd64/v3': {
    yes: ['linux/amd64', 'linux/amd64/v2', 'linux/amd64/v3', 'linux/386'],
    no: ['linux/amd64/v4', 'linux/arm64', 'windows/amd64'],
  },
  'linux/386': { yes: ['linux/386'], no: ['linux/amd64', 'linux/arm/v7', 'windows/386'] },
  'windows/amd64': { yes: ['windows/amd64'], no: ['linux/amd64', 'windows/arm'] },
  'linux/arm/v8': {
    yes: ['linux/arm', 'linux/arm/v5', 'linux/arm/v6', 'linux/arm/v7', 'linux/arm/v8'],
    no: ['linux/arm/v4', 'linux/arm64', 'windows/arm'],
  },
  'linux/arm/v7': {
    yes: ['linux/arm', 'linux/armhf', 'linux/arm/v5', 'linux/arm/v6', 'linux/arm/v7'],
    no: ['linux/arm/v4', 'linux/arm/v8', 'linux/arm64', 'linux/amd64'],
  },
  'linux/arm/v6': { yes: ['linux/arm/v5', 'linux/armel'], no: ['linux/arm', 'linux/arm/v4', 'linux/arm/v7'] },
  'linux/arm/v5': { yes: ['linux/arm/v5'], no: ['linux/arm', 'linux/arm/v4', 'linux/arm/v6'] },
  'linux/arm/v4': { yes: ['linux/arm/v4'], no: ['linux/arm', 'linux/arm/v5'] },
  'linux/arm64': {
    yes: ['linux/arm64', 'linux/arm64/v8', 'linux/arm/v8', 'linux/arm', 'linux/arm/v5'],
    no: ['linux/arm64/v8.1', 'linux/arm64/v9', 'linux/arm/v4', 'linux/arm/v9', 'linux/amd64'],
  },
  'linux/arm64/v8.1': {
    yes: ['linux/arm64', 'linux/arm64/v8', 'linux/arm64/v8.1', 'linux/arm/v8', 'linux/arm/v5'],
    no: ['linux/arm64/v8.2', 'linux/arm64/v9', 'linux/arm/v4'],
  },
  'linux/arm64/v9': {
    yes: ['linux/arm64', 'linux/arm64/v8.1', 'linux/arm64/v8.5', 'linux/arm64/v9.0', 'linux/arm/v7'],
    no: ['linux/arm64/v8.6', 'linux/arm64/v9.1', 'linux/arm/v4', 'linux/amd64'],
  },
  'linux/arm64/v9.1': { yes: ['linux/arm64/v9', 'linux/arm64/v8.6'], no: ['linux/arm64/v8.7', 'linux/arm64/v9.2'] },
  'linux/riscv64': { yes: ['linux/riscv64'], no: ['linux/riscv64/rva23', 'linux/riscv', 'linux/amd64'] },
  'unknown/unknown': { yes: [], no: ['unknown/unknown', 'linux/amd64'] },
}

describe.each(Object.entries(runs))('%s', (wanted, { yes, no }) => {
  test(`runs ${yes.join(', ') || 'nothing'}`, () => {
    expect(yes.filter((offered) => !matchesPlatform(parsePlatform(wanted), parsePlatform(offered)))).toEqual([])
  })

  test(`does not run ${no.join(', ')}`, () => {
    expect(no.filter((offered) => matchesPlatform(parsePlatform(wanted), parsePlatform(offered)))).toEqual([])
  })
})

test.each([
  ['the same variant', 'linux/arm/v6', ['linux/arm/v5', 'linux/arm/v6', 'linux/arm/v7'], 'linux/arm/v6'],
  ['the next lower variant', 'linux/arm/v7', ['linux/arm/v5', 'linux/arm/v6', 'linux/arm/v8'], 'linux/arm/v6'],
  ['nothing when all are higher', 'linux/arm/v6', ['linux/arm/v7', 'linux/arm/v8'], null],
  ['its own architecture first', 'linux/arm64', ['linux/arm/v8', 'linux/arm64'], 'linux/arm64'],
  ['the older architecture last', 'linux/arm64', ['linux/amd64', 'linux/arm/v6'], 'linux/arm/v6'],
  ['v9 before v8.5', 'linux/arm64/v9.1', ['linux/arm64/v8.6', 'linux/arm64/v9'], 'linux/arm64/v9'],
  ['amd64 before 386', 'linux/amd64/v2', ['linux/386', 'linux/amd64'], 'linux/amd64'],
  ['nothing for another system', 'linux/amd64', ['windows/amd64', 'darwin/amd64'], null],
  ['nothing of nothing', 'linux/amd64', [], null],
])('chooses %s', (_what, wanted, offered, chosen) => {
  const choice = choosePlatform(parsePlatform(wanted), offered.map(parsePlatform))

  expect(choice && formatPlatform(choice)).toBe(chosen)
})

test('chooses the first of equals, and gives back the very object', () => {
  const written = { os: 'linux', architecture: 'arm64', variant: 'v8' }
  const offered = [written, parsePlatform('linux/arm64')]

  expect(choosePlatform(parsePlatform('linux/arm64'), offered)).toBe(written)
})

test('chooses one exactly when one matches, however high a variant pretends to be', () => {
  const platform = fc
    .tuple(
      fc.constantFrom('linux', 'windows', 'unknown'),
      fc.constantFrom('amd64', '386', 'arm', 'arm64', 's390x', 'unknown'),
      fc.oneof(
        fc.constant(null),
        fc.stringMatching(/^v[0-9](\.[0-9])?$/),
        fc.constantFrom('v99999999999', 'v8.99', 'x'),
      ),
    )
    .map(([os, architecture, variant]) => ({ os, architecture, variant }))

  fc.assert(
    fc.property(platform, fc.array(platform, { maxLength: 6 }), (wanted, offered) => {
      const choice = choosePlatform(wanted, offered)

      expect(choice !== null).toBe(offered.some((one) => matchesPlatform(wanted, one)))
      if (choice !== null) expect(matchesPlatform(wanted, choice)).toBe(true)
    }),
    { numRuns: 300 },
  )
})
