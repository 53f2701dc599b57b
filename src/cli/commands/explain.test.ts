import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { App } from '../../app/app.ts'
import { fakeDoors } from '../../../test/fakes/doors.ts'
import { createOciClient } from '../../clients/oci/client.ts'
import { startFakeRegistry, type FakeRegistry } from '../../../test/fakes/registry.ts'
import { createDistribution } from '../../registries/distribution.ts'
import type { OpenApp } from '../doors.ts'
import { runProgram } from '../program.ts'

describe('explain --image', () => {
  let registry: FakeRegistry
  beforeEach(async () => {
    registry = await startFakeRegistry()
  })
  afterEach(() => registry.close())

  /** The command on an application that has registries and nothing else. */
  async function run(...args: readonly string[]) {
    const client = createOciClient({ credentials: async () => null })
    const distribution = createDistribution({ client })
    const app = { registryFor: () => distribution } as Partial<App> as App // all that it may ask for
    const open = { app, close: async () => client.close() } as Partial<OpenApp> as OpenApp
    const { doors, printed, told } = fakeDoors({ openApp: async () => open })
    const code = await runProgram(doors, '0', ['explain', ...args])
    return { code, printed: printed.join('\n'), told: told.join('\n') }
  }

  test('chooses among the tags that the registry has, and looks up no more than the chosen one', async () => {
    for (const tag of ['1.25.3-alpine', '1.26.0-alpine', '1.27.0']) registry.pushIndex('nginx', tag, tag)

    const { code, printed } = await run(
      '--image',
      `${registry.host}/nginx`,
      '-p',
      'semver:^1.25',
      '--current',
      '1.25.3-alpine',
      '-o',
      'json',
    )

    expect(code).toBe(0)
    const { selected, candidates } = JSON.parse(printed)
    expect(selected).toEqual({ tag: '1.26.0-alpine', digest: expect.stringMatching(/^sha256:/) })
    expect(candidates).toHaveLength(3)
    expect(registry.requests.map(({ method, kind }) => `${method} ${kind}`)).toEqual(['GET tags', 'HEAD head'])
  })

  test('takes the tag of the reference for the current one, and falls through to what suits the platform', async () => {
    registry.pushIndex('nginx', '1.25.3', 'a')
    registry.pushIndex('nginx', '1.26.0', 'b')
    registry.pushImage('nginx', '1.27.0', 'c', 'linux/riscv64')

    const { printed } = await run(
      '--image',
      `${registry.host}/nginx:1.25.3`,
      '-p',
      'semver',
      '--platform',
      'linux/amd64',
      '-o',
      'json',
    )

    expect(JSON.parse(printed)).toMatchObject({
      selected: { tag: '1.26.0' },
      candidates: [
        { tag: '1.26.0', verdict: 'selected' },
        { tag: '1.27.0', verdict: 'platform-missing' },
        { tag: '1.25.3', verdict: 'not-newer' },
      ],
    })
  })

  test('shows nothing as chosen where more tags would have to be looked up than may be', async () => {
    registry.pushIndex('nginx', '1.0.0', 'old')
    for (let at = 1; at <= 25; at += 1) registry.pushImage('nginx', `1.${at}.0`, `${at}`, 'linux/riscv64')
    const args = ['--image', `${registry.host}/nginx:1.0.0`, '-p', 'semver', '--platform', 'linux/amd64']

    const { code, printed } = await run(...args, '-o', 'json')

    expect(code).toBe(0)
    const { candidates, ...answer } = JSON.parse(printed)
    expect(answer).toEqual({
      selected: null,
      code: 'LOOKS_SPENT',
      reason:
        '1.5.0 was to be looked up, but: more than 20 tags have to be looked up before one can be chosen, 1.5.0 next',
    })
    expect(candidates).toHaveLength(26)
    expect(
      candidates.filter(({ verdict }: { verdict: string }) => ['selected', 'outranked'].includes(verdict)),
    ).toEqual([])
  })

  test('says what the registry said', async () => {
    const { code, told } = await run('--image', `${registry.host}/none`, '-p', 'semver')
    expect(code).toBe(1)
    expect(told).toContain('REGISTRY_REPOSITORY_UNKNOWN')
  })

  test.each([
    [['-p', 'semver'], 'name the tags with --tags-file FILE (- for standard input), or with --image REF'],
    [['-p', 'semver', '--image', 'nginx', '--tags-file', 'x'], 'name the tags with'],
    [['-p', 'semver', '--current', '', '--image', 'nginx'], '--current names no tag'],
    [[], 'name a workload, or a policy with --policy'],
    [['web', '-p', 'semver'], 'a workload has its own policy, tag and list'],
    [['web', '--image', 'nginx'], 'a workload has its own policy, tag and list'],
  ])('%j is corrected', async (args, why) => {
    const { code, told } = await run(...args)
    expect(code).toBe(2)
    expect(told).toContain(why)
  })
})
