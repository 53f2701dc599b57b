import { expect, test } from 'vitest'
import { byId } from './by-id.ts'

test('workloads stand in the order of their ids, whatever order they are named in', () => {
  const ids = ['local/container/web', 'local/compose/shop/db', 'local/compose/shop/web', 'edge/container/web']

  expect(byId(ids.map((id) => ({ id }))).map(({ id }) => id)).toEqual(ids.toSorted())
})
