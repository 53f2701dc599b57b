import { beforeEach, describe, expect, test } from 'vitest'
import { digest, newer, running } from '../../test/fakes/decide-input.ts'
import { by, id, startSaid } from '../../test/fakes/said.ts'
import type { Nudge } from './nudges.ts'

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

    expect(sentence).toBe('the hold and the pause on everything are lifted; each workload is decided now')
    expect([await said.store.hold(), await said.store.pauses()]).toEqual([null, []])
    expect(nudges.at(-1)).toEqual({ kind: 'decide', workload: null })
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

  test('says when there was nothing to lift', async () => {
    expect((await said.control.resume(null, by)).sentence).toBe('nothing was held or paused')
  })
})
