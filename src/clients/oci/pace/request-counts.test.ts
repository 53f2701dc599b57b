import { expect, test } from 'vitest'
import { createRequestCounts } from './request-counts.ts'

test('counts each kind by itself, those without a whole answer too', () => {
  const counts = createRequestCounts()

  counts.note('registry.example', 'HEAD', 304)
  counts.note('registry.example', 'HEAD', 304)
  counts.note('registry.example', 'HEAD', null)
  counts.note('other.example', 'HEAD', 304)

  expect(counts.read()).toEqual([
    { host: 'registry.example', method: 'HEAD', status: 304, count: 2 },
    { host: 'registry.example', method: 'HEAD', status: null, count: 1 },
    { host: 'other.example', method: 'HEAD', status: 304, count: 1 },
  ])
})

test('a status that a registry made up is its hundred', () => {
  const counts = createRequestCounts()

  for (let status = 430; status < 500; status += 1) counts.note('registry.example', 'HEAD', status)

  expect(counts.read().find(({ status }) => status === 400)?.count).toBeGreaterThan(60)
  expect(counts.read().length).toBeLessThan(6)
})

test('takes up no more room, however many hosts there are, and loses none', () => {
  const counts = createRequestCounts()

  for (let host = 0; host < 5_000; host += 1) counts.note(`${host}.example`, 'HEAD', 304)
  counts.note('0.example', 'HEAD', 304)

  expect(counts.read()).toHaveLength(1_001)
  expect(counts.read()[0]).toMatchObject({ host: '0.example', count: 2 })
  expect(counts.read().at(-1)).toMatchObject({ host: '', count: 4_000 })
})
