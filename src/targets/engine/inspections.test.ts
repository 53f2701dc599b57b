import { expect, test } from 'vitest'
import type { ContainerSummary } from '../../clients/docker/containers.ts'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { createInspections } from './inspections.ts'

const summary: ContainerSummary = { id: 'c1', name: 'web', image: 'web:1', imageId: 'i1', labels: {}, state: 'running' }
const { signal } = new AbortController()

/** Inspections of an engine whose answers come when the test says so, each with a number of its own. */
function stage() {
  const waiting: (() => void)[] = []
  let asked = 0
  const inspectContainer = () => {
    const answer = { RestartCount: (asked += 1) }
    // Nothing here reads more of it.
    return new Promise<ContainerInspect>((resolve) => waiting.push(() => resolve(answer as ContainerInspect)))
  }
  const inspections = createInspections({ inspectContainer, inspectImage: () => Promise.resolve(null) })
  const look = async (meanwhile = () => {}) => {
    const looked = inspections.container(summary, signal)
    meanwhile()
    for (const answer of waiting.splice(0)) answer()
    return (await looked)?.RestartCount
  }
  return { inspections, look }
}

test('nothing is remembered while events are not followed', async () => {
  const { look } = stage()

  expect(await look()).toBe(1)
  expect(await look()).toBe(2)
})

test('what was asked before events were followed is not remembered', async () => {
  const { inspections, look } = stage()

  expect(await look(() => inspections.trust())).toBe(1)
  expect(await look()).toBe(2)
  expect(await look()).toBe(2)
})

test('what was asked before a change is not remembered after it', async () => {
  const { inspections, look } = stage()
  inspections.trust()

  expect(await look(() => inspections.forgetContainer('c1'))).toBe(1)
  expect(await look()).toBe(2)
  inspections.forgetContainer('c1')
  expect(await look()).toBe(3)
})

test('nothing is remembered any more once events may be missed', async () => {
  const { inspections, look } = stage()
  inspections.trust()
  await look()

  inspections.distrust()

  expect(await look()).toBe(2)
  expect(await look()).toBe(3)
})
