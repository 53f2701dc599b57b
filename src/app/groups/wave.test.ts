import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ago, digest, ended, now, row } from '../../../test/fakes/decide-input.ts'
import type { Outcome, Rollout } from '../../rollout/rollout.ts'
import type { WorkloadRow } from '../../store/store.ts'
import { hasOwnRelease } from '../decisions/what-releases.ts'
import { groupStanding, isAtRest, liftThemselves, type GroupView } from './wave.ts'

const old = digest('a')
const fresh = digest('b')
const id = (name: string) => `local/container/${name}`

/** A rollout from old to fresh that ended so many seconds ago. */
const rolled = (name: string, outcome: Outcome, seconds: number, change: Partial<Rollout> = {}): Rollout => ({
  ...ended(outcome, fresh, seconds, old),
  workload: id(name),
  id: `${name}-${seconds}`,
  reason: { code: 'EXITED', sentence: 'it exited with 1' },
  ...change,
})

const standing = (name: string, change: Partial<WorkloadRow> = {}): WorkloadRow =>
  row({ id: id(name), group: 'shop', state: 'held', candidate: fresh, ...change })

const view = (change: Partial<GroupView> = {}): GroupView => ({
  name: 'shop',
  isAtomic: false,
  wave: [rolled('web', 'succeeded', 60), rolled('db', 'rolled-back', 30)],
  rows: [standing('web', { state: 'current' }), standing('db'), standing('api')],
  ...change,
})

describe('the others of a group', () => {
  test('are taken back, but for a job, which would do again what it did', () => {
    const service = { ranBefore: 0, toldAt: ago(61), running: 1, wanted: 1 }
    const standingOf = (isJob: boolean) => {
      const done = rolled('web', 'succeeded', 60, { service: { ...service, isJob } })
      return groupStanding(
        view({ isAtomic: true, wave: [done, rolled('db', 'rolled-back', 30, { createdAt: done.createdAt })] }),
        id('web'),
      )
    }

    expect(standingOf(false).takeBack).toMatchObject({ from: fresh, to: old })
    expect(standingOf(true)).toMatchObject({ takeBack: null, stop: { workload: id('db') } })
  })

  test.each(['rolled-back', 'failed', 'needs-human'] as const)('are held by one that was %s', (outcome) => {
    const { stop } = groupStanding(view({ wave: [rolled('db', outcome, 30)] }), id('api'))

    expect(stop).toMatchObject({ workload: id('db'), digest: fresh, at: ago(30) })
    expect(stop?.sentence).toMatch(
      /local\/container\/db of the group shop failed with bbbbbbbbbbbb \(it exited with 1\)/,
    )
  })

  test.each(['succeeded', 'superseded', 'abandoned', null] as const)('are not held by one that was %s', (outcome) => {
    const wave = [{ ...rolled('db', 'succeeded', 30), outcome }]

    expect(groupStanding(view({ wave }), id('api')).stop).toBeNull()
  })

  test.each<[string, Partial<WorkloadRow> | null]>([
    ['wants another digest', { candidate: digest('c') }],
    ['runs it after all', { state: 'current' }],
    ['is gone', { state: 'ignored', reason: { code: 'GONE', sentence: 'it is gone' }, candidate: null }],
    ['left the group', { group: null }],
    ['was forgotten', null],
  ])('go on once the one that failed %s', (_, change) => {
    const rows = change === null ? [] : [standing('db', change)]

    expect(groupStanding(view({ rows }), id('api')).stop).toBeNull()
  })

  test.each<[string, Partial<WorkloadRow>]>([
    ['its registry does not answer', { state: 'unknown' }],
    ['it was stopped by hand', { state: 'ignored', candidate: null }],
  ])('are still held while %s', (_, change) => {
    expect(groupStanding(view({ rows: [standing('db', change)] }), id('api')).stop).not.toBeNull()
  })

  test('that failed themselves hold each other not, so that none waits for ever', () => {
    const failed = view({
      wave: [rolled('web', 'failed', 60), rolled('db', 'failed', 30)],
      rows: [standing('web'), standing('db')],
    })

    expect([groupStanding(failed, id('web')).stop, groupStanding(failed, id('db')).stop]).toEqual([null, null])
  })
})

describe('what went with one that failed', () => {
  const atomic = (change: Partial<GroupView> = {}) => view({ isAtomic: true, ...change })

  test('goes back where the group is atomic, and is told because of which', () => {
    const { takeBack } = groupStanding(atomic(), id('web'))

    expect(takeBack).toMatchObject({ from: fresh, to: old })
    expect(takeBack?.sentence).toMatch(/taken back, since local\/container\/db of the group shop failed/)
  })

  test.each<[string, GroupView, string]>([
    ['where the group is not atomic', view(), 'web'],
    ['where it had not begun', atomic(), 'api'],
    ['where it is the one that failed', atomic(), 'db'],
    [
      'where it began after the failure, by a person’s word',
      atomic({ wave: [rolled('db', 'failed', 30), rolled('web', 'succeeded', 10)] }),
      'web',
    ],
    [
      'where nothing was there before, and it was made since it is to exist',
      atomic({
        wave: [
          rolled('web', 'succeeded', 60, { procedure: 'create', fromDigest: null }),
          rolled('db', 'rolled-back', 30),
        ],
      }),
      'web',
    ],
    [
      'where it has not succeeded',
      atomic({ wave: [rolled('web', 'superseded', 60), rolled('db', 'failed', 30)] }),
      'web',
    ],
  ])('stays %s', (_, given, name) => {
    expect(groupStanding(given, id(name)).takeBack).toBeNull()
  })

  test('is told of where it stays since it was made in the same wave, and nowhere else', () => {
    const made = rolled('web', 'succeeded', 60, { procedure: 'create', fromDigest: null })
    const given = { wave: [made, rolled('db', 'rolled-back', 30)] }

    expect(groupStanding(atomic(given), id('web')).stays).toMatch(
      /^it stays, though local\/container\/db of the group shop failed with .*: it was made because it was missing/,
    )
    expect(groupStanding(view(given), id('web'))).not.toHaveProperty('stays')
    expect(groupStanding(atomic(), id('web'))).not.toHaveProperty('stays')
  })

  test('goes back also while the failed one is still on its way back', () => {
    const onItsWay = rolled('db', 'rolled-back', 30, { stage: 'back', endedAt: null })

    expect(
      groupStanding(atomic({ wave: [rolled('web', 'succeeded', 10), onItsWay] }), id('web')).takeBack,
    ).not.toBeNull()
  })
})

describe('a wave', () => {
  const done = [rolled('web', 'succeeded', 60), rolled('db', 'succeeded', 30)]
  const rest = (rows: readonly WorkloadRow[], wave: readonly Rollout[] = done, at = now) =>
    isAtRest(view({ rows, wave }), at)

  test.each<[string, Partial<WorkloadRow>, boolean]>([
    ['when all is current', { state: 'current' }, true],
    ['when one is held by its own quarantine', { reason: { code: 'QUARANTINED', sentence: '' } }, true],
    ['not while one is due', { state: 'outdated', reason: { code: 'DIGEST_MOVED', sentence: '' } }, false],
    ['not while one is under way', { state: 'rolling-out' }, false],
    [
      'not while one waits for its next try',
      { state: 'outdated', reason: { code: 'RETRY_LATER', sentence: '' } },
      false,
    ],
    ['not while one is held by the brake', { reason: { code: 'BRAKED', sentence: '' } }, false],
    ['not while what one wants is unknown', { state: 'unknown', candidate: old }, false],
    ['not while one is paused', { reason: { code: 'ROLLOUTS_PAUSED', sentence: '' } }, false],
    ['not while the image of one is still being pushed', { reason: { code: 'PLATFORM_MISSING', sentence: '' } }, false],
    ['not while the tag of one is too young', { reason: { code: 'TAG_HELD', sentence: '' } }, false],
    [
      'not while the look at one has to be confirmed',
      { reason: { code: 'REVERSAL_UNCONFIRMED', sentence: '' } },
      false,
    ],
    ['when one that only a person may roll out is unknown', { state: 'unknown', mode: 'notify' }, true],
    ['when one is held until a person has looked', { reason: { code: 'CHANGED_BY_HAND', sentence: '' } }, true],
  ])('ends %s', (_, change, expected) => {
    expect(rest([standing('web', { state: 'current' }), standing('api', change)])).toBe(expected)
  })

  test.each<[string, number, boolean]>([
    ['not before a day has passed since its latest rollout', 86_300, false],
    ['after a day', 86_500, true],
    ['not where the clock was set back a little', -40, false],
  ])('that waits for what may lift itself ends %s', (_, seconds, expected) => {
    const unknown = [standing('web', { state: 'current' }), standing('api', { state: 'unknown' })]

    expect(rest(unknown, done, now + seconds * 1000)).toBe(expected)
    expect(rest([standing('api', { reason: { code: 'BRAKED', sentence: '' } })], done, now + seconds * 1000)).toBe(
      false,
    )
  })

  test.each([...liftThemselves])('knows %s as a code of decisions', (code) => {
    expect(hasOwnRelease(code)).toBe(true)
  })

  test('does not end while a rollout of it is open, or one has failed', () => {
    expect(rest([], [rolled('web', 'succeeded', 1, { stage: 'passed' })])).toBe(false)
    expect(rest([standing('db')], [rolled('db', 'rolled-back', 1)])).toBe(false)
  })
})

const outcomes = fc.constantFrom<Outcome>(
  'succeeded',
  'rolled-back',
  'failed',
  'needs-human',
  'superseded',
  'abandoned',
)

test('in any wave, somebody can go on, or all that is left waits for another digest or a person', () => {
  fc.assert(
    fc.property(fc.array(outcomes, { minLength: 1, maxLength: 6 }), fc.boolean(), (ends, isAtomic) => {
      const wave = ends.map((outcome, index) => rolled(`w${index}`, outcome, 100 - index))
      const rows = ends.map((outcome, index) =>
        standing(`w${index}`, outcome === 'succeeded' ? { state: 'current', digest: fresh } : { digest: old }),
      )
      const given = { name: 'shop', isAtomic, wave, rows }
      const found = rows.map((each) => ({ each, standing: groupStanding(given, each.id) }))

      // Whoever is held waits for one that is not held itself.
      for (const { standing: held } of found) {
        if (held.stop === null) continue
        expect(found.find(({ each }) => each.id === held.stop?.workload)?.standing.stop).toBeNull()
      }
      // Of an atomic group nothing that went before the failure stays new.
      const latest = wave.findLast(({ outcome }) => ['rolled-back', 'failed', 'needs-human'].includes(outcome ?? ''))
      for (const [index, { standing: at }] of found.entries()) {
        const own = wave[index]
        const wentBefore = latest !== undefined && own !== undefined && own.createdAt <= (latest.endedAt ?? '')
        if (isAtomic && own?.outcome === 'succeeded' && wentBefore) expect(at.takeBack).not.toBeNull()
        if (!isAtomic) expect(at.takeBack).toBeNull()
      }
    }),
  )
})
