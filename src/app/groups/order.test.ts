import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { placesOf, type Placed } from './order.ts'

const placed = (id: string, afterNames: readonly string[] = [], change: Partial<Placed> = {}): Placed => ({
  id,
  name: id.split('/').slice(2).join('/'),
  group: null,
  after: [],
  afterNames,
  ...change,
})

const web = (...after: readonly string[]) => placed('local/container/web', after)
const placeOf = (all: readonly Placed[], id = 'local/container/web') => placesOf(all).get(id)

describe('a name', () => {
  const db = placed('local/container/db')
  const composed = placed('local/compose/shop/db')
  const elsewhere = placed('edge/container/db')
  const grouped = { group: 'shop' }

  test.each<[string, readonly Placed[], string]>([
    ['is the workload beside it', [web('db'), db, composed, elsewhere], db.id],
    [
      'is a service of Compose on the same target, where nothing else has it',
      [web('db'), composed, elsewhere],
      composed.id,
    ],
    ['is a whole name', [web('shop/db'), db, composed], composed.id],
    ['is a whole id, also of another target', [web('edge/container/db'), db, elsewhere], elsewhere.id],
    [
      'is rather one of the same group',
      [placed(web().id, ['db'], grouped), placed('local/compose/a/db'), placed('local/compose/b/db', [], grouped)],
      'local/compose/b/db',
    ],
  ])('%s', (_, all, expected) => {
    expect(placeOf(all)).toEqual({ kind: 'placed', after: [expected] })
  })

  test('is rather a service of the same stack, as its file calls it', () => {
    const own = placed('local/swarm/shop_web', ['db'], { stack: 'shop' })
    const [wanted, other] = [placed('local/swarm/shop_db', [], { stack: 'shop' }), placed('local/swarm/db')]

    expect(placeOf([own, wanted, other, db], own.id)).toEqual({ kind: 'placed', after: [wanted.id] })
    expect(placeOf([own, other, db], own.id)).toEqual({ kind: 'placed', after: [other.id] })
  })

  test('is rather a service of the same project', () => {
    const own = placed('local/compose/shop/web', ['db'])

    expect(placeOf([own, db, composed], own.id)).toEqual({ kind: 'placed', after: [composed.id] })
  })

  test.each<[string, readonly Placed[], RegExp]>([
    ['that nothing has', [web('db')], /db, and there is no such/],
    ['that only another target has', [web('db'), elsewhere], /no such/],
    ['that two have', [web('db'), placed('local/compose/a/db'), placed('local/compose/b/db')], /a\/db or .*b\/db/],
  ])('%s is a problem', (_, all, sentence) => {
    expect(placeOf(all)).toMatchObject({
      kind: 'problem',
      code: 'AFTER_UNKNOWN',
      sentence: expect.stringMatching(sentence),
    })
  })
})

describe('the order', () => {
  test('is also after what those are after', () => {
    const all = [web('api'), placed('local/container/api', ['db']), placed('local/container/db')]

    expect(placeOf(all)).toEqual({ kind: 'placed', after: ['local/container/api', 'local/container/db'] })
  })

  test('joins what the target knows with what its owner wrote', () => {
    const api = placed('local/compose/shop/api', [], { after: ['local/compose/shop/db'] })

    expect(placeOf([web('api'), api])).toEqual({
      kind: 'placed',
      after: ['local/compose/shop/api', 'local/compose/shop/db'],
    })
  })

  test.each([
    ['itself', [web('web')]],
    ['one that waits for it', [web('db'), placed('local/container/db', ['web'])]],
    ['one that its target lets wait for it', [web('db'), placed('local/container/db', [], { after: [web().id] })]],
  ])('after %s is a problem', (_, all) => {
    expect(placeOf(all)).toMatchObject({ kind: 'problem', code: 'AFTER_CYCLE' })
  })

  test('of those beside a circle is no problem', () => {
    const all = [web('a'), placed('local/container/a', ['b']), placed('local/container/b', ['a'])]

    expect(placeOf(all)).toMatchObject({ kind: 'placed' })
    expect(placeOf(all, 'local/container/a')).toMatchObject({ code: 'AFTER_CYCLE' })
  })

  test('of a circle that only the target tells of begins anywhere', () => {
    const api = placed('local/container/api', [], { after: [web().id] })

    expect(placeOf([placed(web().id, [], { after: [api.id] }), api])).toEqual({ kind: 'placed', after: [] })
  })
})

test('whoever is placed is after nothing that is after it, in any graph', () => {
  const names = fc.integer({ min: 0, max: 6 }).map((n) => `w${n}`)
  const graphs = fc.dictionary(
    names,
    fc.record({ own: fc.array(names, { maxLength: 3 }), told: fc.array(names, { maxLength: 2 }) }),
  )

  fc.assert(
    fc.property(graphs, (graph) => {
      const places = placesOf(
        Object.entries(graph).map(([name, { own, told }]) =>
          placed(`local/container/${name}`, own, { after: told.map((each) => `local/container/${each}`) }),
        ),
      )

      for (const [id, place] of places) {
        if (place.kind === 'problem') continue
        for (const other of place.after) {
          const others = places.get(other)
          if (others?.kind === 'placed') expect(others.after).not.toContain(id)
        }
        expect(place.after).not.toContain(id)
      }
    }),
  )
})
