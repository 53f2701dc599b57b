import { beforeEach, describe, expect, test } from 'vitest'
import { digest, newer } from '../../../test/fakes/decide-input.ts'
import { by, id, missing, older, startSaid } from '../../../test/fakes/said.ts'
import type { Nudge } from '../passes/nudges.ts'

let said: ReturnType<typeof startSaid>

beforeEach(async () => {
  said = startSaid()
  await said.scan()
  await said.settle()
})

describe('unpin', () => {
  test('goes back to the own tag, and to what was pushed there meanwhile', async () => {
    said.world.tags.set('web:2', newer)
    await said.control.pin('web', '2', by)
    await said.settle()
    said.world.tags.set('web:1', older)

    const { sentence } = await said.control.unpin('web', by)
    await said.settle()

    expect(sentence).toBe(`${id} is not pinned any more; it follows 1 again`)
    expect(await said.runs()).toEqual({ tag: '1', digest: older })
    expect(await said.store.override(id)).toBeNull()
    expect((await said.store.history({ workload: id, limit: 10 })).map(({ kind }) => kind)).toContain('unpin')
  })

  test('remembers the own tag through several pins', async () => {
    for (const tag of ['2', '3']) {
      await said.control.pin('web', tag, by)
      await said.settle()
      said.clock.advance(1000)
    }

    await said.control.unpin('web', by)
    await said.settle()

    expect((await said.runs()).tag).toBe('1')
  })

  test('of what somebody made anew under another tag leaves that', async () => {
    await said.control.pin('web', '2', by)
    await said.settle()
    said.byHand(digest('d'), '7')
    await said.settle()

    await said.control.unpin('web', by)
    await said.settle()

    expect(await said.runs()).toEqual({ tag: '7', digest: digest('d') })
    expect(await said.store.override(id)).toBeNull()
  })

  test('is no matter of the registry', async () => {
    said.world.tags.set('web:2', newer)
    await said.control.pin('web', '2', by)
    await said.settle()
    said.world.refusals.set('web:1', missing)

    const { sentence } = await said.control.unpin('web', by)

    expect(sentence).toContain('the registry has no registry.example.com/web:1')
    expect(await said.settle()).toMatchObject({ state: 'unknown' })
    expect((await said.runs()).digest).toBe(newer)
  })

  test('of what does not run goes back to the own tag once it runs again', async () => {
    said.world.tags.set('web:2', newer)
    await said.control.pin('web', '2', by)
    await said.settle()
    const leftAlone = { code: 'STOPPED', sentence: 'it is not running' }
    said.world.workloads = said.world.workloads.map((each) => ({ ...each, leftAlone }))

    const { sentence } = await said.control.unpin('web', by)
    said.world.workloads = said.world.workloads.map((each) => ({ ...each, leftAlone: null }))
    await said.settle()

    expect(sentence).toBe(`${id} is not pinned any more; it follows 1 again`)
    expect((await said.runs()).tag).toBe('1')
  })

  test('of what is gone ends the pin', async () => {
    await said.control.pin('web', '2', by)
    said.world.workloads = []

    expect((await said.control.unpin('web', by)).sentence).toBe(`${id} is not pinned any more`)
    expect(await said.store.override(id)).toBeNull()
  })

  test('of what is not pinned says so, and leaves no trace', async () => {
    const nudges: Nudge[] = []
    said.app.nudges.subscribe((nudge) => nudges.push(nudge))

    expect((await said.control.unpin('web', by)).sentence).toBe(`${id} is not pinned`)
    expect(await said.store.history({ limit: 10 })).toEqual([])
    // Who waits for what comes of it is waiting for a decision.
    expect(nudges).toEqual([{ kind: 'decide', workload: id }])
  })
})
