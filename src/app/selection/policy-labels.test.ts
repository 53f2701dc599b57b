import { expect, test } from 'vitest'
import { createPolicies } from '../../wire-policies.ts'
import { readLabels } from '../workloads/workload-labels.ts'

const read = (labels: Readonly<Record<string, string>>) => readLabels(labels)

test.each([
  ['v*', ['v*']],
  ['v*, 1.*', ['v*', '1.*']],
  ['{a,b}-*,c', ['{a,b}-*', 'c']],
  ['/^a{1,2}$/, x', ['/^a{1,2}$/', 'x']],
  ['/a\\/b,c/,d', ['/a\\/b,c/', 'd']],
  ['{a', ['{a']],
  ['[0-9]*', ['[0-9]*']],
  ['["/a,b/", "c"]', ['/a,b/', 'c']],
  ['[ "v*", "1.*" ]', ['v*', '1.*']],
  ['{a,{b,c},d}-*,x', ['{a,{b,c},d}-*', 'x']],
  ['[ab]*,x', ['[ab]*', 'x']],
])('longshore.tags=%s names %j', (text, tags) => {
  expect(read({ 'longshore.tags': text })).toMatchObject({ settings: { tags }, problems: [] })
})

test('policy and age are taken as they are written', () => {
  const labels = { 'longshore.policy': ' semver:^1 ', 'longshore.min-age': '3d' }
  expect(read(labels)).toMatchObject({ settings: { policy: 'semver:^1', minAge: '3d' }, problems: [] })
})

const wish = { policy: 'semver:^1', tags: null, minAge: null }

test('tags and age take the place of what the policy says, wherever it comes from', async () => {
  const policyFor = createPolicies()

  expect(await policyFor({ ...wish, tags: ['1.*'], minAge: '1h' })).toMatchObject({
    policy: { spec: { order: 'semver', range: '^1', include: ['1.*'], minAgeMs: 3_600_000 } },
  })
  expect(
    await policyFor({ ...wish, policy: '{"order":"semver","include":["2.*"],"minAge":"2h"}', tags: ['1.*'] }),
  ).toMatchObject({ policy: { spec: { include: ['1.*'], minAgeMs: 7_200_000 } } })
})

test.each([
  [{ ...wish, policy: 'semvr' }, 'glob, regex; did you mean semver?'],
  [{ ...wish, policy: 'digest', tags: ['v*'] }, 'the order digest follows one; name another order'],
  [{ ...wish, minAge: '3' }, 'minAge must be a whole number with one of the units'],
  [{ ...wish, tags: ['/(/'] }, 'include[0]: "/(/" is no regex that RE2 knows'],
])('%j is no policy', async (wrong, problem) => {
  expect(await createPolicies()(wrong)).toEqual({ problem: expect.stringContaining(problem) })
})

test('each policy is built once, however often it is wished for', async () => {
  const policyFor = createPolicies()
  const [one, again, other] = [policyFor(wish), policyFor({ ...wish }), policyFor({ ...wish, minAge: '1h' })]

  expect(await one).toBe(await again)
  expect(await one).not.toBe(await other)
})
