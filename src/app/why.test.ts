import { beforeEach, describe, expect, test } from 'vitest'
import { newer, running } from '../../test/fakes/decide-input.ts'
import { id, startSaid } from '../../test/fakes/said.ts'
import { AppError } from '../errors.ts'

let said: ReturnType<typeof startSaid>

beforeEach(async () => {
  said = startSaid()
  await said.scan()
  await said.settle()
})

describe('why', () => {
  test('tells how it stands now, not how it stood', async () => {
    said.world.tags.set('web:2', newer)
    await said.control.pin('web', '2', { actor: 'ada', reason: null })

    expect(await said.control.why('web')).toMatchObject({
      workload: id,
      state: 'outdated',
      reason: { code: 'PIN_DUE' },
      runs: { image: 'registry.example.com/web:1', digest: running },
      wants: newer,
    })
  })

  test('tells how it was seen last, while its target does not answer', async () => {
    for (const each of said.app.targets) {
      each.listWorkloads = () => Promise.reject(new AppError('TARGET_UNAVAILABLE', 'no engine'))
    }

    const { state, sentences } = await said.control.why('web')

    expect(state).toBe('current')
    expect(sentences[0]).toMatch(/^When it was seen last, it ran registry.example.com\/web:1/)
  })

  test('changes nothing', async () => {
    await said.push('1', newer)
    const before = await said.store.workload(id)

    await said.control.why('web')

    expect(await said.store.workload(id)).toEqual(before)
    expect(await said.store.imageDescription('registry.example.com', 'web', newer)).toBeNull()
  })
})
