import { beforeEach, describe, expect, test } from 'vitest'
import { newer, running } from '../../../test/fakes/decide-input.ts'
import { id, startSaid } from '../../../test/fakes/said.ts'
import { AppError } from '../../errors.ts'

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

    // I6
    expect(state).toBe('unknown')
    expect(sentences[0]).toMatch(/^When it was seen last, it ran registry.example.com\/web:1/)
  })

  test('tells what was said since, while its target does not answer', async () => {
    said.world.tags.set('web:2', newer)
    for (const each of said.app.targets) {
      each.listWorkloads = () => Promise.reject(new AppError('TARGET_UNAVAILABLE', 'no engine'))
    }
    await said.control.pin('web', '2', { actor: 'ada', reason: null })

    const { wants, sentences } = await said.control.why('web')

    expect(wants).toBe(newer)
    expect(sentences.slice(1, 3)).toEqual([
      'Wanted is what the tag 2 names (bbbbbbbbbbbb): ada pinned it to that at 2026-11-20 12:00 UTC.',
      'Whether that is what runs is not known: its target does not answer.',
    ])
  })

  test('claims nothing of what does not run', async () => {
    const leftAlone = { code: 'STOPPED', sentence: 'it is not running' }
    said.world.workloads = said.world.workloads.map((each) => ({ ...each, isRunning: false, leftAlone }))

    const { sentences } = await said.control.why('web')

    expect(sentences.slice(0, 2)).toEqual([
      'It was made from registry.example.com/web:1.',
      'Longshore leaves it alone: it is not running.',
    ])
  })

  test('changes nothing', async () => {
    await said.push('1', newer)
    const before = await said.store.workload(id)

    await said.control.why('web')

    expect(await said.store.workload(id)).toEqual(before)
    expect(await said.store.imageDescription('registry.example.com', 'web', newer)).toBeNull()
  })
})
