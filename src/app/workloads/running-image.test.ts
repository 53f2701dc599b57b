import { expect, test } from 'vitest'
import { described, digest, newer, reference, running, workload } from '../../../test/fakes/decide-input.ts'
import { parsePlatform } from '../../image/platform.ts'
import { imageFor, runningDigest } from './running-image.ts'

test.each([
  ['of its own repository', [`docker.io/library/web@${newer}`, `registry.example.com/team/web@${running}`], running],
  ['pulled last, where it was pulled under several', [running, newer].map((each) => `${own()}@${each}`), newer],
  ['none, when the image was built on the engine', [], null],
  ['none of a repository whose name only begins the same', [`${own()}-next@${newer}`], null],
])('the digest that runs is the one %s', (_, repositoryDigests, expected) => {
  expect(runningDigest({ ...workload, repositoryDigests }, reference)).toBe(expected)
})

test.each([
  ['of its platform', 'linux/amd64', digest('2')],
  ['none when there is none for it', 'linux/riscv64', null],
])('the image that a workload would run is %s', (_, platform, config) => {
  const image = imageFor({ ...workload, platform: parsePlatform(platform) }, described(newer, digest('2')))

  expect(image?.config ?? null).toBe(config)
})

test('a workload whose platform is not told runs none', () => {
  expect(imageFor({ ...workload, platform: null }, described(newer, digest('2')))).toBeNull()
})

function own(): string {
  return 'registry.example.com/team/web'
}
