import fc from 'fast-check'
import { expect, test } from 'vitest'
import { candidate, select } from '../../test/fakes/selection.ts'

const [amd64, arm64] = ['amd64', 'arm64'].map((architecture) => ({ os: 'linux', architecture, variant: null }))
const [platform, other] = [amd64 ?? null, arm64 ?? null]
const here = { platforms: platform === null ? [] : [platform] }
const elsewhere = { platforms: other === null ? [] : [other] }
const [young, old] = [{ firstSeenAt: 1000 }, { firstSeenAt: 0 }]

test.each<[what: string, policy: unknown, current: string, list: readonly [string, object][], wanted: string | null]>([
  [
    'its platform',
    { precision: 'any' },
    '1.4',
    [
      ['1.4', elsewhere],
      ['1.4.0', here],
      ['1.3.0', here],
    ],
    '1.4.0',
  ],
  [
    'its age',
    { vPrefix: 'any', minAge: '1s' },
    'v1.1',
    [
      ['v1.1', { ...here, ...young }],
      ['1.1', { ...here, ...old }],
      ['1.0', { ...here, ...old }],
    ],
    '1.1',
  ],
  [
    'nothing',
    { precision: 'any' },
    '1.4',
    [
      ['1.4', here],
      ['1.4.0', here],
      ['1.3.0', here],
    ],
    '1.4',
  ],
  [
    'that nobody looked at its platforms yet',
    { precision: 'any' },
    '1.4',
    [
      ['1.4', {}],
      ['1.4.0', here],
      ['1.3.0', here],
    ],
    '1.3.0',
  ],
])('under downgrade a current tag that is kept back by %s', async (_, policy, current, list, wanted) => {
  const candidates = list.map(([tag, known]) => candidate(tag, known))
  const selection = await select({ order: 'semver', downgrade: true, ...(policy as object) }, current, candidates, {
    platform,
    now: 1000,
  })

  expect(selection.chosen?.tag ?? null).toBe(wanted)
  // What is not known is asked for, and what comes of that leads to the same answer as selecting again.
  if (selection.missing !== null) {
    expect(selection.missing).toEqual({ tag: current, what: 'digest' })
    expect(selection.knowing(current, candidate(current, elsewhere))).toBeNull()
  }
})

const tags = fc.uniqueArray(
  fc.tuple(
    fc.constantFrom('1.4', '1.4.0', 'v1.4', '1.3', 'v1.3.0', '2.0', '1.5-rc1'),
    fc.constantFrom(here, elsewhere),
    fc.constantFrom(young, old),
  ),
  { selector: ([tag]) => tag, maxLength: 7 },
)

test('under downgrade a chosen tag chosen again gives itself, whatever is kept back', async () => {
  const rules = { order: 'semver', downgrade: true, precision: 'any', vPrefix: 'any', minAge: '1s' }
  await fc.assert(
    fc.asyncProperty(tags, fc.constantFrom(null, '1.4', 'v1.4', '2.0', 'latest'), async (list, current) => {
      const candidates = list.map(([tag, where, since]) => candidate(tag, { ...where, ...since }))
      const first = await select(rules, current, candidates, { platform, now: 1000 })
      fc.pre(first.chosen !== null && first.code === 'BETTER_TAG')

      const again = await select(rules, first.chosen?.tag ?? null, candidates, { platform, now: 1000 })

      expect(again.chosen?.tag).toBe(first.chosen?.tag)
    }),
    { numRuns: 2000 },
  )
})
