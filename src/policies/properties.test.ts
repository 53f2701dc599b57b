import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Digest } from '../image/digest.ts'
import { candidate, select } from '../../test/fakes/selection.ts'
import { verdicts } from './policy.ts'

const policies: readonly unknown[] = [
  'digest',
  'semver',
  'semver:^1.2',
  'pin:1.2.3',
  'glob:1.*',
  'newest',
  'numerical',
  'alphabetical',
  'calver:YYYY.MM.DD',
  { order: 'semver', variant: 'shape', precision: 'any', vPrefix: 'any', prerelease: 'any' },
  { order: 'semver', variant: 'ignore', direction: 'lowest', maxMajorStep: 1 },
  { order: 'semver', downgrade: true, exclude: ['*-rc*'] },
  { order: 'numerical', include: ['/^b-(.*)$/'], extract: '$1' },
]

const now = Date.parse('2026-11-20T12:00:00Z')
const number = fc.integer({ min: 0, max: 12 })
const version = fc
  .tuple(
    fc.constantFrom('', 'v'),
    fc.array(number, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', '-rc.1', '-rc2', '-alpine', '-alpine3.19', '-r5', '-7', 'b1'),
  )
  .map(([prefix, numbers, suffix]) => `${prefix}${numbers.join('.')}${suffix}`)
const tag = fc.oneof(
  { weight: 6, arbitrary: version },
  number.map((day) => `2026.${1 + day}.0${1 + (day % 9)}`),
  number.map((each) => `b-${each}`),
  fc.constantFrom('latest', '1', '20240101', 'main'),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const seen = fc.tuple(tag, fc.integer({ min: 0, max: 5 })).map(([name, at]) => candidate(name, { firstSeenAt: at }))
const tags = fc.uniqueArray(seen, { maxLength: 25, selector: (each) => each.tag })
const question = fc.tuple(fc.constantFrom(...policies), fc.option(tag), tags)

test('the order of the list does not matter', async () => {
  await fc.assert(
    fc.asyncProperty(question, fc.integer(), async ([policy, current, list], seed) => {
      const shuffled = list.toSorted((a, b) => hash(a.tag, seed) - hash(b.tag, seed))

      const [one, other] = await Promise.all([select(policy, current, list), select(policy, current, shuffled)])

      expect(other.chosen).toEqual(one.chosen)
      expect(other.judge(() => false)).toEqual(one.judge(() => false))
    }),
    { numRuns: 400 },
  )
})

test.each(['digest', 'pin:1.0', 'semver'])(
  'under %s it does not matter which of two of one name comes first',
  async (policy) => {
    const twice = [candidate('1.0', { firstSeenAt: 1 }), candidate('1.0', { firstSeenAt: 2 })]

    const [one, other] = await Promise.all([select(policy, '1.0', twice), select(policy, '1.0', twice.toReversed())])

    expect(other.chosen).toEqual(one.chosen)
  },
)

test('every tag is told of once, and the chosen one is of the list, as selected', async () => {
  await fc.assert(
    fc.asyncProperty(question, async ([policy, current, list]) => {
      const { chosen, judge } = await select(policy, current, list)

      const judged = judge(() => false)
      expect(judged.map((each) => each.tag).toSorted()).toEqual(list.map((each) => each.tag).toSorted())
      expect(judged.filter(({ verdict }) => verdict === 'selected').map((each) => each.tag)).toEqual(
        chosen === null ? [] : [chosen.tag],
      )
    }),
    { numRuns: 400 },
  )
})

const excluding = fc.subarray(['1.2.3', '*-rc*', '/^v/', '[0-9]', '*.sig'])
const anyText = fc.oneof(
  tag,
  fc.constantFrom('1.2.3', 'v1.2.3', 'a.sig', 'latest'),
  fc.string({ unit: 'binary', maxLength: 200 }),
)

test('the answer is never a tag that is filtered out, whatever runs and whatever is in the list', async () => {
  const orders = ['semver', 'numerical', 'alphabetical', 'newest']
  const questions = fc.tuple(fc.constantFrom(...orders), excluding, fc.boolean(), fc.option(anyText), fc.array(anyText))
  await fc.assert(
    fc.asyncProperty(questions, async ([order, exclude, downgrade, current, names]) => {
      const list = [...new Set(names)].map((name, at) => candidate(name, { pushedAt: at }))
      const { chosen, judge } = await select({ order, exclude, downgrade }, current, list)

      const others = await select({ order, exclude, downgrade: true }, null, list)
      const filtered = others.judge(() => false).filter(({ verdict }) => verdicts[verdict] === 'filter')
      expect(filtered.map((each) => each.tag)).not.toContain(chosen?.tag)
      expect(judge(() => false)).toHaveLength(list.length)
    }),
    { numRuns: 400 },
  )
})

test('adding a tag that was not chosen changes nothing: what is worse has no say', async () => {
  await fc.assert(
    fc.asyncProperty(question, async ([policy, current, list]) => {
      const whole = await select(policy, current, list)
      // A major version that exists is a step, so it has a say; and a tie of first sightings is no choice.
      fc.pre(whole.chosen !== null && JSON.stringify(policy).includes('maxMajorStep') === false)
      const worse = list.find((each) => each.tag !== whole.chosen?.tag && each.tag !== current)
      fc.pre(worse !== undefined)

      const without = await select(
        policy,
        current,
        list.filter((each) => each !== worse),
      )

      expect(without.chosen).toEqual(whole.chosen)
    }),
    { numRuns: 400 },
  )
})

test('a chosen tag chosen again gives itself', async () => {
  await fc.assert(
    fc.asyncProperty(question, async ([policy, current, list]) => {
      const first = await select(policy, current, list)
      // A lone number is a version only beside a current tag, so that the first choice may make one of it.
      fc.pre(current !== null || JSON.stringify(policy).includes('precision') === false)
      // The smallest step up goes on by the next one; that is what it is for.
      fc.pre(first.chosen !== null && JSON.stringify(policy).includes('lowest') === false)

      const again = await select(policy, first.chosen?.tag ?? null, list)

      expect(again.chosen?.tag).toBe(first.chosen?.tag)
    }),
    { numRuns: 400 },
  )
})

const digests = ['a', 'b'].map((each) => `sha256:${each.repeat(64)}` as Digest)
const linux = { os: 'linux', architecture: 'amd64', variant: null }
const known = fc.record({
  digest: fc.constantFrom(null, ...digests),
  firstSeenAt: fc.constantFrom(null, 1, 5, now),
  hasMoved: fc.boolean(),
  platforms: fc.constantFrom(null, [], [linux]),
})
const more = fc.array(fc.tuple(fc.nat(), fc.option(known)), { minLength: 1, maxLength: 4 })

test('what becomes known of single tags leads to the same answer as selecting from all again', async () => {
  const asked = [...policies, { order: 'semver', minAge: '1h', immutable: true }, { order: 'newest', minAge: '1h' }]
  const questions = fc.tuple(fc.constantFrom(...asked), fc.option(tag), tags, more, fc.constantFrom(null, linux))
  let incremental = 0
  await fc.assert(
    fc.asyncProperty(questions, async ([policy, current, list, news, platform]) => {
      const context = { platform, quarantined: new Set(digests.slice(1)) }
      let all = list
      let selection = await select(policy, current, all, context)
      for (const [at, change] of news) {
        const before = all[at % Math.max(all.length, 1)]
        if (before === undefined) return
        const next = change === null ? null : { ...before, ...change }
        all = all.flatMap((each) => (each !== before ? each : (next ?? [])))
        const afresh = await select(policy, current, all, context)
        const found = selection.knowing(before.tag, next)
        if (found !== null) {
          incremental += 1
          const { judge, keptBack, knowing: _, ...answer } = found
          expect(afresh).toMatchObject(answer)
          expect(keptBack()).toEqual(afresh.keptBack())
          expect(judge(() => false)).toEqual(afresh.judge(() => false))
        }
        selection = found ?? afresh
      }
    }),
    { numRuns: 600 },
  )
  expect(incremental).toBeGreaterThan(40)
})

const hash = (text: string, seed: number): number =>
  [...text].reduce((sum, char) => Math.imul(sum ^ (char.codePointAt(0) ?? 0), 16777619), seed | 1)
