import { beforeEach, describe, expect, test } from 'vitest'
import { digest, ended, newer, running } from '../../../test/fakes/decide-input.ts'
import { by, id, older, startSaid } from '../../../test/fakes/said.ts'
import type { Nudge } from '../passes/nudges.ts'

let said: ReturnType<typeof startSaid>
let nudges: Nudge[]

beforeEach(async () => {
  said = startSaid()
  nudges = []
  said.app.nudges.subscribe((nudge) => nudges.push(nudge))
  await said.scan()
  await said.settle()
})

describe('pause', () => {
  test.each([
    ['of everything', null],
    ['of one workload', 'web'],
  ])('%s holds what is pushed, and resuming lets it go', async (_, workload) => {
    await said.control.pause(workload, null, by)
    await said.push('1', newer)
    expect(await said.settle()).toMatchObject({ reason: { code: 'ROLLOUTS_PAUSED' } })

    await said.control.resume(workload, by)
    await said.settle()

    expect((await said.runs()).digest).toBe(newer)
    expect(await said.control.pauses()).toEqual([])
  })

  test('ends by itself, and is asked about again at that moment', async () => {
    await said.control.pause(null, 7_200_000, by)
    await said.push('1', newer)
    const { againInMs } = await said.settle()

    said.clock.advance(againInMs ?? 0)
    await said.settle()

    expect((await said.runs()).digest).toBe(newer)
    expect(await said.control.pauses()).toEqual([])
  })

  test('does not hold what is asked for after it', async () => {
    await said.control.pause(null, null, by)
    said.clock.advance(1000)
    said.world.tags.set('web:2', newer)

    await said.control.deploy('web', '2', by)
    await said.settle()

    expect(await said.runs()).toEqual({ tag: '2', digest: newer })
  })

  test.each([0, -1, Number.NaN, 400 * 86_400_000])('is refused for %s ms', async (forMs) => {
    await expect(said.control.pause(null, forMs, by)).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
  })
})

describe('resume', () => {
  test('lifts the hold on everything together with the pause of everything', async () => {
    await said.store.setHold({ reason: { code: 'STATE_LOST', sentence: 'lost' }, since: '2026-11-20T11:00:00Z' })
    await said.control.pause(null, null, by)

    const { sentence } = await said.control.resume(null, by)

    expect(sentence).toBe('the hold and the pause on everything are lifted; each workload is decided anew')
    expect([await said.store.hold(), await said.store.pauses()]).toEqual([null, []])
    expect(nudges.at(-1)).toEqual({ kind: 'decide', workload: null, lookedSince: said.clock.elapsed() })
  })

  test('tells in the history of each that it lifted, whatever comes between', async () => {
    await said.store.setHold({ reason: { code: 'STATE_LOST', sentence: 'lost' }, since: '2026-11-20T11:00:00Z' })
    await said.control.pause(null, null, by)
    const { clearPause } = said.store
    said.store.clearPause = () => Promise.reject(new Error('no space left on device'))

    await expect(said.control.resume(null, by)).rejects.toThrow('no space')
    expect(await said.store.hold()).toBeNull()
    said.store.clearPause = clearPause
    await said.control.resume(null, by)

    const told = (await said.store.history({ limit: 2 })).map(({ actor, reason }) => [actor, reason.sentence])
    expect(told).toEqual([
      ['ada', 'the pause on everything is lifted, because "a reason"'],
      ['ada', 'the hold on everything is lifted, because "a reason"'],
    ])
  })

  test('of one workload looks up the tag that it is to follow', async () => {
    said.world.tags.set('web:2', older)
    await said.control.pin('web', '2', by)
    said.clock.advance(1000)
    await said.control.pause('web', null, by)
    said.world.tags.set('web:2', newer)

    await said.control.resume('web', by)
    await said.settle()

    expect(await said.runs()).toEqual({ tag: '2', digest: newer })
  })

  test('of one workload says when everything is still paused', async () => {
    for (const each of [null, 'web']) await said.control.pause(each, null, by)

    const { sentence } = await said.control.resume('web', by)

    expect(sentence).toBe(`the pause of ${id} is lifted; but everything is paused by ada, because "a reason"`)
  })

  test('of one workload that is paused accepts nothing else by the way', async () => {
    said.byHand(digest('d'))
    await said.settle()
    await said.control.pause('web', null, by)

    await said.control.resume('web', by)

    expect(await said.settle()).toMatchObject({ reason: { code: 'CHANGED_BY_HAND' } })
  })

  test('accepts what somebody put there', async () => {
    said.byHand(digest('d'))
    await said.settle()

    await said.control.resume('web', by)
    await said.settle()

    expect((await said.runs()).digest).toBe(running)
  })

  test('accepts what somebody put there since anybody looked, and looks up the tag that it names', async () => {
    said.byHand(digest('d'), '7')
    said.world.tags.set('web:7', newer)

    await said.control.resume('web', by)
    await said.settle()

    expect(await said.runs()).toEqual({ tag: '7', digest: newer })
  })

  test('of one workload lets go what went back and forth until then', async () => {
    for (const each of [newer, running, newer, running]) {
      await said.push('1', each)
      await said.settle()
    }
    expect(await said.settle()).toMatchObject({ reason: { code: 'FLAPPING' } })

    await said.control.resume('web', by)
    await said.settle()

    expect((await said.runs()).digest).toBe(running)
  })

  test('accepts nothing in the middle of a rollout', async () => {
    const open = { ...ended('succeeded', newer, 0), workload: id, stage: 'forward', endedAt: null } as const
    await said.store.saveRollout(open)
    said.byHand(digest('d'))

    await said.control.resume('web', by)

    expect((await said.store.workload(id))?.baselineImage).not.toBe(digest('d'))
  })

  test('says when there was nothing to lift', async () => {
    expect((await said.control.resume(null, by)).sentence).toBe('nothing was held or paused')
  })
})
