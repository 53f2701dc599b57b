import { expect, test } from 'vitest'
import { secret } from '../../lib/secret.ts'
import { createDecoys } from './decoy-sources.ts'
import type { ConfiguredSource } from '../workloads/configured-source.ts'

const source = (name: string, ...[first = '', ...more]: readonly string[]): ConfiguredSource => ({
  name,
  source: { verify: () => true, parse: () => [] },
  secrets: [secret(first), ...more.map(secret)],
})

const sources = [source('registry', 'one-long-secret', 'the-one-before-that'), source('ci', 'another-secret')]
const names = Array.from({ length: 100 }, (_, at) => `name-${at}`)

test('takes a name for a configured source, with as many secrets, as long, and none of them known', () => {
  const decoyFor = createDecoys(sources)

  for (const name of names) {
    const decoy = decoyFor(name)
    const imitated = sources.find((each) => each.source === decoy.source)
    const [theirs = [], given] = [imitated, decoy].map((each) => each?.secrets.map((one) => one.reveal()))
    expect(given?.map((each) => each.length)).toEqual(theirs.map((each) => each.length))
    expect(given?.filter((each) => theirs.includes(each))).toEqual([])
  }
})

test('imitates every source, and for one name always the same, also after a restart', () => {
  const imitated = names.map((name) => createDecoys(sources)(name).source)

  expect(new Set(imitated)).toEqual(new Set(sources.map((each) => each.source)))
  const again = createDecoys(sources)
  expect(names.map((name) => again(name).source)).toEqual(imitated)
})

test('lets nobody in where there is no source', () => {
  const { source: none, secrets } = createDecoys([])('any')

  expect(none.verify({ headers: {}, pathSecret: null, body: new Uint8Array(), receivedAt: 0 }, secrets[0])).toBe(false)
})
