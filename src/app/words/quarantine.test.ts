import { beforeEach, describe, expect, test } from 'vitest'
import { ended, newer, quarantined } from '../../../test/fakes/decide-input.ts'
import { by, id, older, startSaid } from '../../../test/fakes/said.ts'

let said: ReturnType<typeof startSaid>

beforeEach(async () => {
  said = startSaid()
  await said.scan()
  await said.settle()
})

const latest = async () => (await said.store.history({ limit: 1 }))[0]

describe('quarantine release', () => {
  beforeEach(async () => {
    for (const each of [newer, older]) {
      const failed = { ...ended('rolled-back', each, 50), workload: id }
      await said.store.saveRollout(failed, { quarantine: quarantined(each, { workload: id }) })
    }
  })

  test('lets one digest be tried again, by the beginning of its hex', async () => {
    const { sentence } = await said.control.releaseQuarantine('web', 'bbbb', by)

    expect(sentence).toBe(`bbbbbbbbbbbb may be tried again on ${id}`)
    expect((await said.control.quarantines()).map((each) => each.digest)).toEqual([older])
    expect(await latest()).toMatchObject({ kind: 'quarantine-released', actor: 'ada', toDigest: newer })
  })

  test('lets all of a workload be tried again', async () => {
    await said.control.releaseQuarantine('web', null, by)

    expect(await said.control.quarantines()).toEqual([])
    await expect(said.control.releaseQuarantine('web', null, by)).rejects.toMatchObject({
      code: 'QUARANTINE_NOT_FOUND',
    })
  })

  test('names those that there are', async () => {
    await expect(said.control.releaseQuarantine('web', 'ffff', by)).rejects.toMatchObject({
      message: `${id} has no quarantined digest ffff; there are bbbbbbbbbbbb, cccccccccccc`,
    })
  })
})
