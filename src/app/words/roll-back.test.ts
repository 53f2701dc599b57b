import { beforeEach, describe, expect, test } from 'vitest'
import { ended, newer, quarantined, running } from '../../../test/fakes/decide-input.ts'
import { away, by, id, older, startSaid } from '../../../test/fakes/said.ts'

let said: ReturnType<typeof startSaid>

beforeEach(async () => {
  said = startSaid()
  await said.scan()
  await said.settle()
})

describe('roll back', () => {
  beforeEach(async () => {
    await said.push('1', newer)
    await said.settle()
  })

  test('goes back to what ran before, stays there, and lets go on release', async () => {
    const { sentence } = await said.control.rollBack('web', null, by)
    await said.settle()
    await said.push('1', older)
    await said.settle()
    expect(sentence).toBe(`${id} is pinned to 1 (aaaaaaaaaaaa) until \`longshore unpin ${id}\``)
    expect(await said.runs()).toEqual({ tag: '1', digest: running })

    await said.control.unpin('web', by)
    await said.settle()

    expect(await said.runs()).toEqual({ tag: '1', digest: older })
  })

  test('needs no registry', async () => {
    said.world.refusals.set('web:1', away)
    await said.scan()
    said.world.hold.describe = () => Promise.reject(away)

    await said.control.rollBack('web', null, by)
    await said.settle()

    expect((await said.runs()).digest).toBe(running)
  })

  test('goes back to the tag as well, where that was another', async () => {
    said.world.tags.set('web:2', older)
    await said.control.deploy('web', '2', by)
    await said.settle()

    await said.control.rollBack('web', null, by)
    await said.settle()

    expect(await said.runs()).toEqual({ tag: '1', digest: newer })
  })

  test('lifts the quarantine of what is asked for', async () => {
    const failed = { ...ended('rolled-back', running, 50, newer), workload: id }
    await said.store.saveRollout(failed, { quarantine: quarantined(running, { workload: id }) })

    await said.control.rollBack('web', 'aaaaaa', by)
    await said.settle()

    expect((await said.runs()).digest).toBe(running)
    expect(await said.control.quarantines()).toEqual([])
  })

  test('names the revisions that there are', async () => {
    await expect(said.control.rollBack('web', 'dddddd', by)).rejects.toMatchObject({
      code: 'REVISION_NOT_FOUND',
      message: `${id} ran no dddddd; there are bbbbbbbbbbbb (1), aaaaaaaaaaaa (1)`,
    })
  })

  test('a second time goes no way but back', async () => {
    await said.control.rollBack('web', null, by)
    await said.settle()

    await expect(said.control.rollBack('web', null, by)).rejects.toMatchObject({
      code: 'REVISION_NOT_FOUND',
      message: `nothing is known that ${id} ran before aaaaaaaaaaaa; of what it ran since, one can be named with --to: bbbbbbbbbbbb (1)`,
    })
  })

  test('during a rollout means what ran before that', async () => {
    const open = { ...ended('succeeded', older, 0, newer), workload: id, id: 'open' }
    await said.store.saveRollout({ ...open, stage: 'forward', outcome: null, endedAt: null })

    const { sentence } = await said.control.rollBack('web', null, by)

    expect(sentence).toMatch(/^the rollout under way turns back, and /)
    expect(await said.store.override(id)).toMatchObject({ kind: 'pin', digest: newer, tag: '1' })
  })
})
