import { describe, expect, test } from 'vitest'
import { composeFacts, composeRollout, ended, instance } from '../../test/fakes/compose-facts.ts'
import type { ComposeFacts } from './facts.ts'
import { startGate } from './gate.ts'
import { nextStep } from './machine.ts'
import type { Rollout } from './rollout.ts'

const now = Date.parse('2026-11-20T12:10:00Z')
const fresh = instance('new', { image: 'sha256:new' })
const touched = composeRollout().attempted.concat('up')
const up: Partial<ComposeFacts> = { olds: [], news: [fresh], tagImage: 'sha256:new' }
const followedBy = ['local/container/debug']
const follows = { how: 'recreate', provider: 'vpn', sentence: 'vpn is another', isLeftStopped: false } as const

const next = (rollout: Partial<Rollout>, facts: Partial<ComposeFacts>) =>
  nextStep(composeRollout({ attempted: touched, ...rollout }), composeFacts(facts), now)

describe('a service that plain containers live in', () => {
  test.each<[string, Partial<Rollout>, object]>([
    ['has them follow before it is done', { followedBy }, { effect: 'bring-along', step: 'J8' }],
    ['is done once they have', { followedBy, followed: 'forth' }, { rollout: { stage: 'ended' } }],
    ['is done at once where none do', {}, { rollout: { stage: 'ended' } }],
  ])('%s', (_, given, expected) => {
    expect(next({ stage: 'passed', ...given }, up)).toMatchObject(expected)
  })

  const back = { stage: 'back', outcome: 'rolled-back', followedBy } as const
  const served: Partial<ComposeFacts> = { olds: [instance('old')], news: [], definition: 'before', tagImage: null }
  const good = { ...startGate(now - 9000, fresh.startedAt), goodSince: now - 5000, lookedAt: now - 1000 }
  const wasServed = { attempted: touched.concat('up-old'), checkProgress: good }

  test.each<[string, Partial<Rollout>, Partial<ComposeFacts>, object]>([
    ['brings the old version up first', {}, { ...up, definition: 'before' }, { effect: 'tag-old' }],
    ['then takes them back', wasServed, served, { effect: 'bring-along-back', step: 'R' }],
    ['then is done', { ...wasServed, followed: 'back' }, served, { rollout: { stage: 'ended' } }],
    [
      'takes those back that had followed already',
      { ...wasServed, followed: 'forth' },
      served,
      { effect: 'bring-along-back' },
    ],
    ['leaves them alone where it was not touched', { attempted: ['pull'] }, served, { rollout: { stage: 'ended' } }],
    [
      'is for a person where they do not come back, again and again',
      {
        ...wasServed,
        attempted: [...wasServed.attempted, ...Array.from({ length: 6 }, () => 'bring-along-back' as const)],
      },
      served,
      { rollout: { outcome: 'needs-human' } },
    ],
  ])('on the way back %s', (_, given, facts, expected) => {
    const tagged = { fromTagImage: 'sha256:new', ...facts, ...(facts === served && { fromTagImage: 'sha256:old' }) }
    expect(next({ ...back, ...given }, tagged)).toMatchObject(expected)
  })
})

describe('a service that is brought along', () => {
  const down = { olds: [], news: [instance('new', { ...ended(3), image: 'sha256:new' })], isBehind: true } as const
  const part = (way: 'forth' | 'back') => ({ follows, partOf: { rollout: 'first', way }, attempted: [] }) as const

  test('stays down where it was stopped, and is made again on the way back though it ended', () => {
    expect(next(part('forth'), down)).toMatchObject({ rollout: { outcome: 'superseded' } })
    expect(next(part('back'), down)).toMatchObject({ effect: 'up' })
  })

  test.each([
    ['forth', 'failed'],
    ['back', 'succeeded'],
  ] as const)('that is unhealthy has %s %s', (way, outcome) => {
    const unhealthy = { olds: [], news: [instance('new', { image: 'sha256:new', health: 'unhealthy' })] } as const
    const gateProgress = startGate(now - 1000, fresh.startedAt)

    expect(next({ ...part(way), attempted: ['up'], gateProgress }, unhealthy)).toMatchObject({ rollout: { outcome } })
  })
})
