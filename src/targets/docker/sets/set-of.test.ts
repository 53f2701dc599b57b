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
  isMeantToRun: (container: ContainerInspect) => boolean = () => false,
) => {
  const provider = all[at]
  if (provider === undefined) throw new Error('there is no such container')
  const serviceOf = ({ Config }: ContainerInspect) => Config.Labels?.['service'] ?? null
  return setOf(provider, { users: all, relationsOf: relationsAmong(all), whyNotOurs, isMeantToRun, serviceOf })
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

  test('that are down, and that nobody stopped, run with it', () => {
    const down = containerOf('app', { host: { NetworkMode: 'container:web-id' }, started: null })
    const { dependants } = look([containerOf('web'), down], 0, undefined, ({ Id }) => Id === 'app-id')

    expect(dependants).toMatchObject([{ wasRunning: true, isDown: true }])
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

  test('with a member that uses another which is gone, since nobody could make it again', () => {
    const both = containerOf('app', { host: { NetworkMode: 'container:web-id', VolumesFrom: ['data'] } })

    expect(look([containerOf('web'), both]).unfit?.sentence).toBe(
      'its dependant app (network) would break: data, whose volumes it uses, is gone; make it anew',
    )
    expect(look([containerOf('web'), both, containerOf('data')]).unfit).toBeNull()
  })

  test('that would lose what it is about, or does not run', () => {
    const removed = containerOf('web', { host: { AutoRemove: true } })

    expect(look([removed, app]).unfit?.sentence).toBe('it was started with --rm, and app cannot do without it')
    expect(look([containerOf('web', { started: null }), app]).unfit?.sentence).toBe(
      'it does not run, and app cannot do without it',
    )
  })
})

describe('Compose services of a set', () => {
  const composed = (name: string, service: string, host: HostConfig, started: number | null = 0) => {
    const made = containerOf(name, { host, started })
    return { ...made, Config: { ...made.Config, Labels: { service } } }
  }
  const inside = { NetworkMode: 'container:web-id' }

  test('are told apart from plain containers, with all of their containers', () => {
    const all = [
      containerOf('web'),
      composed('shop-a-1', 'shop/a', inside),
      composed('shop-a-2', 'shop/a', inside),
      composed('shop-b-1', 'shop/b', { NetworkMode: 'container:shop-a-1-id' }),
      composed('shop-c-1', 'shop/c', inside, null),
      containerOf('plain', { host: inside }),
    ]

    const { dependants, composed: found, unfit } = look(all)

    expect(unfit).toBeNull()
    expect(dependants.map(({ name }) => name)).toEqual(['plain'])
    expect(found).toMatchObject([
      { name: 'shop/a', instances: ['shop-a-1-id', 'shop-a-2-id'], wasRunning: true },
      { name: 'shop/b', wasRunning: true },
      { name: 'shop/c', wasRunning: false },
    ])
  })

  test('may live in a plain container of the set', () => {
    const plain = containerOf('plain', { host: inside })
    const all = [containerOf('web'), plain, composed('shop-a-1', 'shop/a', { PidMode: 'container:plain-id' })]

    expect(look(all)).toMatchObject({ dependants: [{ name: 'plain' }], composed: [{ name: 'shop/a' }], unfit: null })
  })

  test('hold it when their instances differ', () => {
    const all = [
      containerOf('web'),
      composed('shop-a-1', 'shop/a', inside),
      composed('shop-a-2', 'shop/a', inside, null),
    ]

    expect(look(all).unfit).toMatchObject({ code: 'DEPENDENT', isHeld: true })
  })

  test('come project by project, each after the one that it lives in, and what does not run after what does', () => {
    const all = [
      containerOf('web'),
      composed('a-last-1', 'a/last', { NetworkMode: 'container:m-middle-1-id' }),
      composed('a-still-1', 'a/still', inside, null),
      composed('m-middle-1', 'm/middle', { NetworkMode: 'container:z-first-1-id' }),
      composed('m-aside-1', 'm/aside', { NetworkMode: 'container:m-middle-1-id' }, null),
      composed('z-first-1', 'z/first', inside),
    ]

    const { composed: found, unfit } = look(all)

    expect(unfit).toBeNull()
    const order = found.map(({ name }) => name)
    expect(order.filter((name) => !['a/still', 'm/aside'].includes(name))).toEqual(['z/first', 'm/middle', 'a/last'])
    expect(order.indexOf('a/still')).toBeGreaterThan(order.indexOf('a/last'))
    expect(order.indexOf('m/aside')).toBeGreaterThan(order.indexOf('m/middle'))
  })

  test('hold it when those of two projects would each have to be made first', () => {
    const all = [
      containerOf('web'),
      composed('a-one-1', 'a/one', inside),
      composed('b-one-1', 'b/one', { NetworkMode: 'container:a-one-1-id' }),
      composed('a-two-1', 'a/two', { VolumesFrom: ['b-one-1'] }),
    ]

    expect(look(all).unfit).toMatchObject({ code: 'DEPENDENT', sentence: expect.stringContaining('circle') })
  })

  test('hold it when it lives in one of them', () => {
    const all = [
      containerOf('web', { host: { PidMode: 'container:shop-a-1-id' } }),
      composed('shop-a-1', 'shop/a', inside),
    ]

    expect(look(all).unfit?.sentence).toContain('circle')
  })
})

describe('what lives in a Compose service of a set', () => {
  const composed = (name: string, service: string, on: string) => {
    const made = containerOf(name, { host: { NetworkMode: `container:${on}-id` } })
    return { ...made, Config: { ...made.Config, Labels: { service } } }
  }
  const plain = (name: string, on: string, more: HostConfig = {}) =>
    containerOf(name, { host: { NetworkMode: `container:${on}-id`, ...more } })
  const set = [containerOf('web'), composed('shop-a-1', 'shop/a', 'web')]

  test('follows it by itself, with all that lives in that', () => {
    const all = [
      ...set,
      plain('app', 'shop-a-1'),
      plain('far', 'app'),
      composed('files-b-1', 'files/b', 'far'),
      plain('farther', 'files-b-1'),
    ]

    expect(look(all)).toMatchObject({
      dependants: [],
      composed: [{ name: 'shop/a' }],
      followers: ['app'],
      unfit: null,
    })
    // And in the turn of that one the next part of the chain does.
    expect(look(all, 2)).toMatchObject({
      dependants: [{ name: 'far' }],
      composed: [{ name: 'files/b' }],
      followers: ['farther'],
    })
  })

  test('holds the set where it uses another of it too, and would have to be made again twice', () => {
    const both = plain('app', 'shop-a-1', { VolumesFrom: ['web'] })

    expect(look([...set, both]).unfit?.sentence).toContain('app would have to be made again twice')
    const beyond = composed('shop-b-1', 'shop/b', 'app')
    const linked = { ...beyond, HostConfig: { ...beyond.HostConfig, VolumesFrom: ['shop-a-1'] } }
    expect(look([...set, plain('app', 'shop-a-1'), linked]).unfit?.sentence).toContain('shop-b-1 would have')
  })

  test('holds the set where it is not ours to make again', () => {
    const why = ({ Name }: ContainerInspect) => (Name === '/app' ? 'it is paused' : null)

    expect(look([...set, plain('app', 'shop-a-1')], 0, why).unfit?.sentence).toContain('app would break: it is paused')
  })

  test('holds the set where it would end with that, and look as if a person had stopped it', () => {
    const among = (Name: string) =>
      containerOf('app', { host: { PidMode: 'container:shop-a-1-id', RestartPolicy: { Name } } })

    expect(look([...set, among('no')]).unfit?.sentence).toContain('docker update --restart')
    expect(look([...set, among('unless-stopped')]).unfit).toBeNull()
    expect(look([...set, among('unless-stopped'), plain('far', 'app')]).unfit?.sentence).toContain('others live in it')
  })

  test('holds the set where that comes back to it', () => {
    const [first, ...others] = set
    const circular = { ...first, ...containerOf('web', { host: { VolumesFrom: ['app'] } }) }

    expect(look([circular, ...others, plain('app', 'shop-a-1')]).unfit?.sentence).toContain('circle')
  })
})
