import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { containerOf } from '../../../../test/fakes/container-of.ts'
import type { ContainerInspect, HostConfig } from '../../../clients/docker/shapes.ts'
import { relationsAmong } from './relations.ts'
import { setOf } from './set-of.ts'

const look = (
  all: readonly ContainerInspect[],
  at = 0,
  whyNotOurs: (container: ContainerInspect) => string | null = () => null,
) => {
  const provider = all[at]
  if (provider === undefined) throw new Error('there is no such container')
  return setOf(provider, { all, relationsOf: relationsAmong(all), whyNotOurs })
}
const names = (all: readonly ContainerInspect[]) => look(all).dependants.map(({ name }) => name)

describe('the dependants of a container', () => {
  test.each<[HostConfig, string]>([
    [{ NetworkMode: 'container:web-id' }, 'network'],
    [{ PidMode: 'container:web-id' }, 'processes'],
    [{ IpcMode: 'container:web-id' }, 'memory'],
    [{ VolumesFrom: ['web:ro'] }, 'volumes'],
    [{ Links: ['/web:/app/alias'] }, 'link'],
  ])('are those with %j', (host, tie) => {
    const { dependants, unfit } = look([containerOf('web'), containerOf('app', { host }), containerOf('other')])

    expect(dependants).toMatchObject([{ name: 'app', instance: 'app-id', wasRunning: true, by: [tie] }])
    expect(unfit).toBeNull()
  })

  test('have those that live in them behind them, however far away', () => {
    const all = [
      containerOf('web'),
      containerOf('far', { host: { NetworkMode: 'container:middle-id' } }),
      containerOf('middle', { host: { VolumesFrom: ['near'] } }),
      containerOf('near', { host: { PidMode: 'container:web-id' } }),
    ]

    expect(names(all)).toEqual(['near', 'middle', 'far'])
  })

  test('that are stopped stay so', () => {
    const stopped = containerOf('app', { host: { NetworkMode: 'container:web-id' }, started: null })

    expect(look([containerOf('web'), stopped]).dependants).toMatchObject([{ wasRunning: false }])
  })

  test('come each after all of the set that they use, for any relations', () => {
    const relations = fc.array(fc.array(fc.nat(6), { maxLength: 3 }), { minLength: 1, maxLength: 7 })
    fc.assert(
      fc.property(relations, fc.func(fc.nat()), (uses, shuffle) => {
        // Each uses some of those before it, so there is no circle.
        const made = uses.map((each, at) => {
          const before = each.map((other) => other % Math.max(1, at)).filter((other) => other < at)
          return containerOf(`c${at}`, { host: { VolumesFrom: before.map((other) => `c${other}`) } })
        })
        const [first, ...others] = made
        const all = [first, ...others.toSorted((one, other) => shuffle(one.Id) - shuffle(other.Id))].flatMap((each) =>
          each === undefined ? [] : [each],
        )

        const { dependants, unfit } = look(all)

        expect(unfit).toBeNull()
        const placed = new Set(['c0'])
        const members = new Set(['c0', ...dependants.map(({ name }) => name)])
        for (const { name } of dependants) {
          const used = all.find(({ Name }) => Name === `/${name}`)?.HostConfig.VolumesFrom ?? []
          expect(used.filter((each) => members.has(each) && !placed.has(each))).toEqual([])
          expect(used.some((each) => members.has(each))).toBe(true)
          placed.add(name)
        }
        const left = all.filter(({ Name }) => !members.has(Name.slice(1)))
        expect(left.filter(({ HostConfig }) => HostConfig.VolumesFrom?.some((each) => members.has(each)))).toEqual([])
      }),
    )
  })
})

describe('a set cannot be rolled out', () => {
  const app = containerOf('app', { host: { NetworkMode: 'container:web-id' } })

  test('whose members use each other in a circle', () => {
    const web = containerOf('web', { host: { VolumesFrom: ['app'] } })
    const one = containerOf('one', { host: { VolumesFrom: ['web', 'two'] } })
    const two = containerOf('two', { host: { VolumesFrom: ['one'] } })

    expect(look([web, app]).unfit).toMatchObject({ code: 'DEPENDENT', sentence: expect.stringContaining('circle') })
    expect(look([containerOf('web'), one, two]).unfit).toMatchObject({
      code: 'DEPENDENT',
      sentence: expect.stringContaining('circle'),
    })
  })

  test('with a member that is not ours to make again', () => {
    const why = ({ Name }: ContainerInspect) => (Name === '/app' ? 'it is paused' : null)

    expect(look([containerOf('web'), app], 0, why).unfit).toEqual({
      code: 'DEPENDENT',
      isHeld: true,
      sentence: 'its dependant app (network) would break: it is paused',
    })
  })

  test('that would lose what it is about, or does not run', () => {
    const removed = containerOf('web', { host: { AutoRemove: true } })

    expect(look([removed, app]).unfit?.sentence).toBe('it was started with --rm, and app cannot do without it')
    expect(look([containerOf('web', { started: null }), app]).unfit?.sentence).toBe(
      'it does not run, and app cannot do without it',
    )
  })
})
