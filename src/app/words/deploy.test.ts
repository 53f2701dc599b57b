import { beforeEach, describe, expect, test } from 'vitest'
import { digest, ended, newer, quarantined, running } from '../../../test/fakes/decide-input.ts'
import type { Answer } from './control.ts'
import { by, id, missing, older, startSaid } from '../../../test/fakes/said.ts'

let said: ReturnType<typeof startSaid>

beforeEach(async () => {
  said = startSaid()
  await said.scan()
  await said.settle()
})

describe('deploy', () => {
  test('of a tag is followed from then on', async () => {
    said.world.tags.set('web:2', newer)
    await said.control.deploy('web', '2', by)
    await said.settle()
    expect(await said.store.override(id)).toBeNull()

    await said.push('2', older)
    await said.settle()

    expect(await said.runs()).toEqual({ tag: '2', digest: older })
  })

  test('of a digest pins it, and says so', async () => {
    const { sentence } = await said.control.deploy('web', older, by)
    await said.settle()
    await said.push('1', newer)
    await said.settle()

    expect(sentence).toBe(`${id} is to run 1 (cccccccccccc), and is pinned to it until \`longshore unpin ${id}\``)
    expect(await said.runs()).toEqual({ tag: '1', digest: older })
  })

  test('of a digest that the registry has not is refused', async () => {
    said.world.hold.describe = () => Promise.reject(missing)

    await expect(said.control.deploy('web', older, by)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' })
    await expect(said.control.deploy('web', 'sha256:12', by)).rejects.toMatchObject({ code: 'DIGEST_INVALID' })
  })

  test('of nothing rolls out what mode notify only tells', async () => {
    const labels = { 'longshore.watch': 'true', 'longshore.mode': 'notify' }
    said.world.workloads = said.world.workloads.map((each) => ({ ...each, labels }))
    await said.push('1', newer)
    expect(await said.settle()).toMatchObject({ reason: { code: 'NOTIFY_ONLY' } })

    await said.control.deploy('web', null, by)
    await said.settle()
    expect((await said.runs()).digest).toBe(newer)

    await said.push('1', older)
    expect(await said.settle()).toMatchObject({ reason: { code: 'NOTIFY_ONLY' } })
  })

  test('of nothing tries what failed again, before its time', async () => {
    await said.push('1', newer)
    const failed = { ...ended('failed', newer, 0), workload: id, endedAt: new Date(said.clock.now()).toISOString() }
    await said.store.saveRollout(failed, { quarantine: quarantined(newer, { workload: id }) })
    said.clock.advance(1000)
    expect(await said.settle()).toMatchObject({ isRolloutDue: false })

    await said.control.deploy('web', null, by)
    await said.settle()

    expect((await said.runs()).digest).toBe(newer)
  })

  describe('in place of a pin', () => {
    const bad = digest('e')
    let answer: Answer | undefined

    /** Gone back to what ran before `newer`, and then asked for a tag that turns out bad. */
    beforeEach(async () => {
      await said.push('1', newer)
      await said.settle()
      await said.control.rollBack('web', null, { actor: 'bob', reason: 'it leaks' })
      await said.settle()
      said.clock.advance(1000)
      said.world.tags.set('web:2', bad)
      answer = await said.control.deploy('web', '2', by)
    })

    test('says what holds again if it fails', () => {
      const again = 'if that fails, it is pinned to 1 (aaaaaaaaaaaa) again'
      expect(answer?.sentence).toBe(`${id} is to run 2, and follows that tag from then on; ${again}`)
    })

    /** As `rollOut` leaves it. */
    const fail = async () => {
      said.clock.advance(1000)
      const since = new Date(said.clock.now()).toISOString()
      const failed = { ...ended('rolled-back', bad, 0), id: 'bad', workload: id, tag: '2', endedAt: since }
      await said.store.saveRollout(failed, { quarantine: quarantined(bad, { workload: id, since }) })
    }

    test('that pin holds again when it fails, and what was left is not rolled out', async () => {
      await fail()
      await said.settle()
      await said.scan()
      await said.settle()

      expect(await said.runs()).toEqual({ tag: '1', digest: running })
      expect(await said.store.override(id)).toMatchObject({
        kind: 'pin',
        digest: running,
        tagBefore: '1',
        actor: 'bob',
        reason: 'it leaks',
        insteadOf: null,
      })
      expect(await said.store.history({ workload: id, limit: 1 })).toMatchObject([
        { kind: 'pin', actor: null, reason: { code: 'PIN_RESTORED' }, toDigest: running },
      ])
    })

    test('that pin is over once it is done', async () => {
      await said.settle()

      expect(await said.runs()).toEqual({ tag: '2', digest: bad })
      expect(await said.store.override(id)).toBeNull()
    })

    test('that pin does not hold again once somebody unpinned it', async () => {
      const { sentence } = await said.control.unpin('web', by)
      await fail()
      await said.settle()

      expect(sentence).toBe(`${id} is not pinned any more; it is still to run 2, as ada asked`)
      expect(await said.store.override(id)).toBeNull()
      expect((await said.store.history({ workload: id, limit: 3 })).map(({ kind }) => kind)).toContain('unpin')
    })
  })

  test('of nothing keeps the reason of whoever pinned it', async () => {
    said.world.tags.set('web:2', newer)
    await said.control.pin('web', '2', by)
    await said.settle()

    await said.control.deploy('web', null, { actor: by.actor, reason: null })

    expect(await said.store.override(id)).toMatchObject({ actor: by.actor, reason: by.reason })
  })

  test('of nothing leaves a pin where it is', async () => {
    said.world.tags.set('web:2', newer)
    await said.control.pin('web', '2', by)
    await said.settle()

    const { sentence } = await said.control.deploy('web', null, by)
    await said.push('1', older)
    await said.settle()

    expect(sentence).toBe(`${id} is to run what it is pinned to, 2, now`)
    expect((await said.runs()).tag).toBe('2')
  })
})
