import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dependenciesFirst } from './dependencies-first.ts'

const ids = ['a', 'b', 'c', 'd', 'e'] as const

describe('the order in which workloads take their turns', () => {
  test('what others depend on comes first, also through a third', () => {
    const order = dependenciesFirst([
      { id: 'web', after: ['api'] },
      { id: 'other', after: [] },
      { id: 'api', after: ['db'] },
      { id: 'db', after: ['not-among-them'] },
    ])

    expect(order.map(({ id }) => id)).toEqual(['db', 'api', 'web', 'other'])
  })

  test('nothing is lost and nothing doubled, also where dependencies go round in a circle', () => {
    const workload = fc.uniqueArray(fc.constantFrom(...ids))
    fc.assert(
      fc.property(fc.array(workload, { minLength: 5, maxLength: 5 }), (after) => {
        const given = ids.map((id, at) => ({ id, after: after[at] ?? [] }))

        const order = dependenciesFirst(given)

        expect(order.map(({ id }) => id).toSorted()).toEqual([...ids])
      }),
    )
  })

  test('without a circle every dependency is in front', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 5, maxLength: 5 }), (bits) => {
        const given = ids.map((id, at) => ({
          id,
          after: ids.filter((_, other) => other > at && ((bits[at] ?? 0) >> other) & 1),
        }))

        const order = dependenciesFirst(given).map(({ id }) => id)

        for (const { id, after } of given)
          for (const each of after) expect(order.indexOf(each)).toBeLessThan(order.indexOf(id))
      }),
    )
  })
})
