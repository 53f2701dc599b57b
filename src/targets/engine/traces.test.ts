import { expect, test } from 'vitest'
import { containerOf } from '../../../test/fakes/container-of.ts'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { refersTo } from './dependants.ts'
import { keepTag } from './keep-tag.ts'
import { madeAnew, readTraces } from './traces.ts'

const { signal } = new AbortController()
const idOf = ({ Name }: ContainerInspect) => `local/container${Name}`
const inside = (on: string) => ({ host: { NetworkMode: `container:${on}` } })

/** Whether a container shows traces, among others, where an earlier image of some is kept. */
async function traced(container: ContainerInspect, others: readonly ContainerInspect[], kept: readonly string[]) {
  const tags = kept.map((workload) => ({ tag: keepTag(workload, 'sha256:1'), image: 'sha256:1' }))
  const isTraced = await readTraces({ listImageTags: async () => tags }, signal)
  const find = (on: string) => others.find((each) => refersTo(on, each)) ?? null
  return madeAnew(container, { find, workloadOf: idOf, isTraced }).isTraced
}

test.each<[string, readonly string[], boolean]>([
  ['an earlier image of it is kept', ['local/container/app'], true],
  ['one of what it lives in is, however far away', ['local/container/vpn'], true],
  ['one of another workload alone is', ['local/container/other'], false],
  ['none is', [], false],
])('rollouts of ours have been at a container where %s', async (_, kept, expected) => {
  const others = [containerOf('side', inside('vpn-id')), containerOf('vpn'), containerOf('other')]

  expect(await traced(containerOf('app', inside('side-id')), others, kept)).toBe(expected)
})

test('two that use each other come to an end', async () => {
  const [one, other] = [containerOf('one', inside('other-id')), containerOf('other', inside('one-id'))]

  expect(await traced(one, [one, other], [])).toBe(false)
})

test('a tag that names another image than it is for tells nothing', async () => {
  const tag = keepTag('local/container/app', 'sha256:1')
  const isTraced = await readTraces({ listImageTags: async () => [{ tag, image: 'sha256:2' }] }, signal)

  expect(isTraced('local/container/app')).toBe(false)
})
