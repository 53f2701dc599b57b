import { expect, test } from 'vitest'
import { digest, running } from '../../../test/fakes/decide-input.ts'
import { startListed } from '../../../test/fakes/listed.ts'

const old = { '1.4.0': digest('c'), '1.4.1': running }

test('a group with one image has its list read once and each tag looked up once, and all of it is updated', async () => {
  const { pass, push, world, web, store, asked } = await startListed('semver:^1', old, { 'longshore.group': 'shop' })
  const policies = ['semver:^1', 'semver', '{"order":"semver","maxMajorStep":0}']
  world.workloads = policies.map((policy, at) => ({
    ...web,
    id: `local/container/web${at}`,
    name: `web${at}`,
    labels: { ...web.labels, 'longshore.policy': policy },
  }))
  await pass()
  expect(asked()).toEqual(['list web', 'resolve web:1.4.1'])

  push({ ...old, '1.4.2': digest('d') })
  const looks: string[] = []
  for (let turn = 0; turn < policies.length; turn += 1) {
    await pass()
    looks.push(...asked())
  }

  for (const { id } of world.workloads) {
    expect((await store.rollouts(id, 9)).map(({ tag }) => tag)).toContain('1.4.2')
  }
  expect(looks.filter((each) => each === 'list web')).toHaveLength(policies.length)
  expect(looks.filter((each) => each === 'resolve web:1.4.2').length).toBeLessThanOrEqual(policies.length)
})
