import { describe, expect, test } from 'vitest'
import { planned } from '../../../test/fakes/planned.ts'
import type { ContainerSummary } from '../../clients/docker/containers.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { Labels } from '../engine/own-labels.ts'
import type { DockerDeps } from './docker-deps.ts'
import { copyLabels, operationLabels } from './labels.ts'
import { clearPrevious, removeAside } from './leftovers.ts'
import { removeOld } from './apply-remove.ts'

const { signal } = new AbortController()
const idOf = (digit: string) => digit.repeat(64)
const [good, bad, newer, copied] = [idOf('a'), idOf('b'), idOf('c'), idOf('d')]
const first: Rollout = { ...planned('web', 0), id: 'r1', oldInstance: good, outcome: 'needs-human', stage: 'ended' }
const second: Rollout = { ...planned('web', 0), id: 'r2', oldInstance: bad, outcome: 'succeeded', stage: 'kept' }

const summary = (id: string, name: string, labels: Labels = {}, state = 'exited'): ContainerSummary => {
  return { id, name, image: 'web:1', imageId: 'sha256:1', labels, state }
}
const byFirst = operationLabels(first, [])
const bySecond = operationLabels(second, [])
const aside = (id: string) => `web.longshore-prev.${id.slice(0, 12)}`

/** An engine with these containers, which it names and removes; killed after so many removals. */
function startEngine(given: readonly ContainerSummary[], removalsMax = Infinity) {
  let containers = [...given]
  let removals = 0
  const find = (id: string) => containers.find((each) => each.id === id)
  const engine = {
    listContainers: async (_: AbortSignal, label?: string) =>
      containers.filter(
        ({ labels }) => label === undefined || labels[label.split('=')[0] ?? ''] === label.split('=')[1],
      ),
    inspectContainer: async (id: string) => {
      const found = find(id)
      return found ? { Id: id, Name: `/${found.name}`, Image: 'sha256:1', Config: { Labels: found.labels } } : null
    },
    renameContainer: async (id: string, name: string) =>
      void (containers = containers.map((each) => (each.id === id ? { ...each, name } : each))),
    removeContainer: async (id: string) => {
      if (removals >= removalsMax) throw new Error('killed')
      removals += 1
      containers = containers.filter((each) => each.id !== id)
    },
  }
  const image = async (id: string) => ({ Id: id, Config: null })
  // Nothing else is asked of it.
  const deps = { engine, inspections: { image }, newInstances: new Map() } as unknown as DockerDeps
  return { deps, names: () => containers.map(({ name }) => name).toSorted(), resume: () => (removals = -Infinity) }
}

describe('what another rollout left under the name of the old instance', () => {
  test.each<[string, ContainerSummary, ContainerSummary[]]>([
    ['replaced by one that needed a person', summary(good, 'web.longshore-prev'), [summary(bad, 'web', byFirst)]],
    ['made by a rollout', summary(good, 'web.longshore-prev', byFirst), []],
    ['a copy to go back to', summary(good, 'web.longshore-prev', copyLabels(first, [])), []],
    ['that no label speaks of', summary(good, 'web.longshore-prev'), [summary(bad, 'web')]],
  ])('steps aside and is not removed, since it may be the last that was good: %s', async (_, previous, others) => {
    const { deps, names } = startEngine([previous, ...others])

    await clearPrevious(deps, second, signal)
    await clearPrevious(deps, second, signal)

    expect(names()).toEqual([...others.map(({ name }) => name), aside(good)])
  })

  test.each(['running', 'paused', 'restarting'])('is a conflict while it is %s', async (state) => {
    const { deps, names } = startEngine([summary(good, 'web.longshore-prev', byFirst, state)])

    await expect(clearPrevious(deps, second, signal)).rejects.toMatchObject({ code: 'TARGET_CONFLICT' })
    expect(names()).toEqual(['web.longshore-prev'])
  })

  test.each<[string, Labels]>([
    ['the old instance of this rollout', byFirst],
    ['the copy of it that this rollout goes back to', copyLabels(second, [])],
  ])('is left where it is %s', async (what, labels) => {
    const id = what.startsWith('the old') ? bad : copied
    const { deps, names } = startEngine([summary(id, 'web.longshore-prev', labels, 'created')])

    await clearPrevious(deps, second, signal)

    expect(names()).toEqual(['web.longshore-prev'])
  })
})

describe('what stepped aside', () => {
  const left = [
    summary(newer, 'web', bySecond, 'running'),
    summary(bad, 'web.longshore-prev', byFirst),
    summary(good, aside(good)),
    summary(copied, aside(copied), copyLabels(first, [])),
  ]

  test('goes with the old instance, once a rollout has succeeded', async () => {
    const { deps, names } = startEngine(left)

    await removeOld(deps, second, { signal })

    expect(names()).toEqual(['web'])
  })

  test('goes wherever that is cut off, too', async () => {
    const last = { ...second, oldInstance: idOf('e') }
    const chain = [
      summary(newer, 'web', operationLabels(last, []), 'running'),
      summary(last.oldInstance, 'web.longshore-prev', operationLabels({ ...first, oldInstance: bad }, [])),
      summary(bad, aside(bad), byFirst),
      ...left.slice(2),
    ]
    for (let removals = 0; removals < 4; removals += 1) {
      const { deps, names, resume } = startEngine(chain, removals)

      await expect(removeOld(deps, last, { signal })).rejects.toThrow('killed')
      resume()
      await removeOld(deps, last, { signal })

      expect(names(), `after ${removals} removals`).toEqual(['web'])
    }
  })

  test.each<[string, Partial<Rollout>]>([
    ['was left stopped', { stopped: 'update' }],
    ['was not well before either', { partOf: { rollout: 'r0', way: 'forth' }, unwellBefore: [second.workload] }],
  ])('stays when the new version %s, which proves nothing', async (_, state) => {
    const { deps, names } = startEngine(left)

    await removeAside(deps, { ...second, ...state }, signal)

    expect(names()).toContain(aside(good))
  })

  test('stays where it runs, is another workload’s, or no label speaks of it (I8)', async () => {
    const { deps, names } = startEngine([
      summary(good, aside(good), byFirst, 'running'),
      summary(bad, aside(newer), byFirst),
      summary(copied, aside(copied)),
      summary(newer, `other.longshore-prev.${newer.slice(0, 12)}`, byFirst),
    ])
    const before = names()

    await removeAside(deps, second, signal)

    expect(names()).toEqual(before)
  })
})
