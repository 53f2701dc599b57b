import { beforeEach, describe, expect, test } from 'vitest'
import { digest, ended, newer, quarantined } from '../../../test/fakes/decide-input.ts'
import { away, by, id, missing, older, startSaid } from '../../../test/fakes/said.ts'
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

const latest = async () => (await said.store.history({ limit: 1 }))[0]

describe('pin', () => {
  test('rolls the tag out, and stays there whatever is pushed elsewhere', async () => {
    said.world.tags.set('web:2', newer)

    const { sentence } = await said.control.pin('web', '2', by)
    await said.settle()
    await said.push('1', older)
    await said.settle()

    expect(sentence).toBe(`${id} is pinned to 2 until \`longshore unpin ${id}\``)
    expect(await said.runs()).toEqual({ tag: '2', digest: newer })
  })

  test('follows what is pushed under its tag', async () => {
    said.world.tags.set('web:2', newer)
    await said.control.pin('web', '2', by)
    await said.settle()

    await said.push('2', older)
    await said.settle()

    expect(await said.runs()).toEqual({ tag: '2', digest: older })
  })

  test('is kept with who said it and why, and the loops are told', async () => {
    await said.control.pin('web', '2', by)

    expect(await latest()).toMatchObject({
      kind: 'pin',
      actor: 'ada',
      workload: id,
      reason: { code: 'PINNED', sentence: 'pinned to 2, because "a reason"' },
    })
    expect(nudges).toEqual([{ kind: 'decide', workload: id }])
  })

  test('is refused for a tag that the registry has not, and leaves no trace', async () => {
    said.world.refusals.set('web:9', missing)

    await expect(said.control.pin('web', '9', by)).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      message: 'the registry has no registry.example.com/web:9',
    })
    expect(await said.store.override(id)).toBeNull()
    expect(await said.store.tagObservation('registry.example.com', 'web', '9')).toBeNull()
    expect(await said.store.history({ limit: 10 })).toEqual([])
  })

  test('is taken while the registry does not answer, and says so', async () => {
    said.world.refusals.set('web:2', away)

    const { sentence } = await said.control.pin('web', '2', by)

    expect(sentence).toContain('the registry could not be asked (no answer)')
    expect(await said.settle()).toMatchObject({ state: 'unknown', isRolloutDue: false })
  })

  test('says when what it names has failed here', async () => {
    said.world.tags.set('web:2', newer)
    const failed = { ...ended('rolled-back', newer, 50), workload: id }
    await said.store.saveRollout(failed, { quarantine: quarantined(newer, { workload: id }) })

    const { sentence } = await said.control.pin('web', '2', by)

    expect(sentence).toMatch(/what 2 names has failed here/)
    expect(await said.settle()).toMatchObject({ reason: { code: 'QUARANTINED' } })
  })

  test('accepts what somebody put there before it, and not what comes after', async () => {
    said.world.tags.set('web:2', newer)
    said.byHand(digest('d'))
    await said.control.pin('web', '2', by)
    await said.settle()
    expect((await said.runs()).digest).toBe(newer)

    said.byHand(digest('d'), '2')
    expect(await said.settle()).toMatchObject({ reason: { code: 'CHANGED_BY_HAND' } })
  })

  test.each([
    ['a tag that is none', 'web', 'a b', by, 'REFERENCE_INVALID'],
    ['a tag with a digest behind it', 'web', `2@${newer}`, by, 'REFERENCE_INVALID'],
    ['an unknown workload', 'api', '2', by, 'WORKLOAD_NOT_FOUND'],
    ['a reason that is too long', 'web', '2', { actor: 'ada', reason: 'x'.repeat(501) }, 'REQUEST_INVALID'],
    ['a reason that would move the cursor', 'web', '2', { actor: 'ada', reason: '\u001b[2J' }, 'REQUEST_INVALID'],
    ['an actor without a name', 'web', '2', { actor: ' ', reason: null }, 'REQUEST_INVALID'],
  ])('is refused for %s', async (_, workload, tag, who, code) => {
    await expect(said.control.pin(workload, tag, who)).rejects.toMatchObject({ code })
  })

  test('is refused for what is left alone, with the reason', async () => {
    const leftAlone = { code: 'STOPPED', sentence: 'it is not running' }
    said.world.workloads = said.world.workloads.map((each) => ({ ...each, leftAlone }))

    await expect(said.control.pin('web', '2', by)).rejects.toMatchObject({
      code: 'WORKLOAD_LEFT_ALONE',
      message: `nothing can be rolled out to ${id} now: it is not running`,
    })
  })
})

describe('a workload that was never seen', () => {
  test('is found by a look at the targets', async () => {
    await said.store.deleteWorkload(id)

    expect((await said.control.pin('web', '2', by)).workload).toBe(id)
  })

  test('is asked for by its whole id where two have its name', async () => {
    const row = await said.store.workload(id)
    if (row === null) throw new Error('it was seen')
    await said.store.saveWorkload({ ...row, id: 'local/compose/shop/web' })

    await expect(said.control.why('web')).rejects.toMatchObject({ code: 'WORKLOAD_AMBIGUOUS' })
    expect((await said.control.pin(id, '2', by)).workload).toBe(id)
  })
})
