import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ago, digest, ended, now, row } from '../../../test/fakes/decide-input.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { WorkloadRow } from '../../store/store.ts'
import { placesOf } from './order.ts'
import { groupStanding, isAtRest, liftThemselves } from './wave.ts'

const old = digest('a')
const fresh = digest('b')

/** How the fresh version does on a workload, at each try; then it is good. A gate that fails is not tried again. */
type Fate = readonly ('rolled-back' | 'failed')[]

/** What hides for some turns that a workload wants the fresh version, before its first try or a later one. */
interface Hiccup {
  readonly as: 'unknown' | 'held'
  readonly code: string
  readonly turns: number
}

interface Member {
  readonly fate: Fate
  readonly hiccups: readonly Hiccup[]
  /** Earlier members that go before it, so that no order is a circle. */
  readonly after: readonly number[]
}

const members = fc.array(
  fc.record({
    fate: fc.oneof(
      { weight: 3, arbitrary: fc.constant<Fate>([]) },
      fc.constant<Fate>(['rolled-back']),
      fc.constant<Fate>(['failed']),
      fc.constant<Fate>(['failed', 'failed', 'rolled-back']),
    ),
    hiccups: fc.array(
      fc.record({
        as: fc.constantFrom('unknown', 'held'),
        code: fc.constantFrom(...liftThemselves),
        turns: fc.nat({ max: 4 }),
      }),
      { maxLength: 2 },
    ),
    after: fc.array(fc.nat({ max: 5 }), { maxLength: 2 }),
  }),
  { minLength: 1, maxLength: 6 },
)

const idOf = (index: number) => `local/container/w${index}`

/**
 * A group whose workloads all want the fresh version at once, some of which cannot be told so for a while, driven by turns in any order until nobody has anything to
 * do: the rules are those of the product, what they lead to is done at once.
 */
function drive(group: readonly Member[], isAtomic: boolean, turns: readonly number[]) {
  const all = group.map(({ after }, index) => ({
    id: idOf(index),
    name: `w${index}`,
    group: 'shop',
    after: [],
    afterNames: [...new Set(after.filter((each) => each < index))].map((each) => `w${each}`),
  }))
  const places = placesOf(all)
  const runs = group.map(() => old)
  const tries = group.map(() => 0)
  const wave = new Map<string, Rollout>()
  const steps: string[] = []
  let clock = 10_000
  const isQuarantined = (index: number) => group[index]?.fate[(tries[index] ?? 0) - 1] === 'rolled-back'
  const left = group.map(({ hiccups }) => hiccups.map((each) => each.turns))
  /** Whether the registry of a workload, or whatever else, hides what it wants for now. */
  const hiccupOf = (index: number): Hiccup | null => {
    const hiccup = group[index]?.hiccups[tries[index] ?? 0]
    const isOver = (left[index]?.[tries[index] ?? 0] ?? 0) === 0
    return hiccup === undefined || isOver || runs[index] === fresh || isQuarantined(index) ? null : hiccup
  }
  const rowOf = (index: number): WorkloadRow => {
    const hiccup = hiccupOf(index)
    if (hiccup !== null) {
      const isUnknown = hiccup.as === 'unknown'
      // Of what was tried, the last good look is known.
      const candidate = isUnknown && tries[index] === 0 ? old : fresh
      const reason = { code: isUnknown ? 'REGISTRY_UNAVAILABLE' : hiccup.code, sentence: '' }
      return row({ id: idOf(index), group: 'shop', state: hiccup.as, reason, candidate, digest: old })
    }
    const isDue = runs[index] === old && !isQuarantined(index)
    const code = runs[index] === fresh ? 'CURRENT' : isDue ? 'DIGEST_MOVED' : 'QUARANTINED'
    const state = runs[index] === fresh ? 'current' : isDue ? 'outdated' : 'held'
    return row({
      id: idOf(index),
      group: 'shop',
      state,
      reason: { code, sentence: '' },
      candidate: fresh,
      digest: runs[index] ?? null,
    })
  }
  const view = () => ({ name: 'shop', isAtomic, wave: [...wave.values()], rows: group.map((_, index) => rowOf(index)) })
  const wants = (index: number) => {
    const { stop, takeBack } = groupStanding(view(), idOf(index))
    if (takeBack !== null && runs[index] === takeBack.from) return 'back'
    const isHeld = stop !== null || isQuarantined(index) || hiccupOf(index) !== null
    return runs[index] === old && !isHeld ? 'forward' : null
  }
  const turn = (index: number): boolean => {
    if (hiccupOf(index) !== null) {
      const own = left[index] ?? []
      own[tries[index] ?? 0] = (own[tries[index] ?? 0] ?? 0) - 1
      return true
    }
    const wish = wants(index)
    if (wish === null) return false
    if (wish === 'back') return ((runs[index] = old), true)
    const place = places.get(idOf(index))
    const before = place?.kind === 'placed' ? place.after : []
    // One whose next try is away for a while is not waited for; here each try is due at once.
    if (group.some((_, other) => before.includes(idOf(other)) && wants(other) !== null)) return false
    steps.push(idOf(index))
    const outcome = group[index]?.fate[tries[index] ?? 0] ?? 'succeeded'
    tries[index] = (tries[index] ?? 0) + 1
    if (outcome === 'succeeded') runs[index] = fresh
    wave.set(idOf(index), {
      ...ended(outcome, fresh, 0, old),
      workload: idOf(index),
      createdAt: ago(clock),
      endedAt: ago(clock - 1),
    })
    clock -= 2
    return true
  }
  let idle = 0
  let count = 0
  for (; idle < group.length && count < 1000; count += 1) {
    // In the order drawn, and then round and round.
    const index = (turns[count] ?? count) % group.length
    idle = turn(index) ? 0 : count < turns.length ? 0 : idle + 1
    // As whenever a workload has been decided.
    if (isAtRest(view(), now)) wave.clear()
  }
  return { runs, steps, count, places, view: view() }
}

const turns = fc.array(fc.nat({ max: 5 }), { maxLength: 30 })

test('every group comes to rest, whatever fails and whoever has its turn first', () => {
  fc.assert(
    fc.property(members, fc.boolean(), turns, (group, isAtomic, drawn) => {
      expect(drive(group, isAtomic, drawn).count).toBeLessThan(1000)
    }),
  )
})

test('an atomic group ends all new or all old, and any other without a failure all new', () => {
  fc.assert(
    fc.property(members, fc.boolean(), turns, (group, isAtomic, drawn) => {
      const { runs, view } = drive(group, isAtomic, drawn)
      const hasGivenUp = group.some(({ fate }) => fate.at(-1) === 'rolled-back')

      if (!hasGivenUp) expect([new Set(runs), isAtRest(view, now)]).toEqual([new Set([fresh]), true])
      else if (isAtomic) expect(new Set(runs)).toEqual(new Set([old]))
    }),
  )
})

test('what goes before others began before them', () => {
  fc.assert(
    fc.property(members, fc.boolean(), turns, (group, isAtomic, drawn) => {
      // One that is held or unknown is not waited for.
      const known = group.map((each) => ({ ...each, hiccups: [] }))
      const { steps, places } = drive(known, isAtomic, drawn)

      for (const [index, id] of steps.entries()) {
        const place = places.get(id)
        if (place?.kind !== 'placed') continue
        for (const before of place.after) {
          const first = steps.indexOf(before)
          if (first !== -1) expect(first).toBeLessThan(index)
        }
      }
    }),
  )
})
