import { describe, expect, test } from 'vitest'
import type { EngineVersion } from '../../clients/docker/api-version.ts'
import type { Gate } from '../../rollout/gate.ts'
import type { Workload } from '../target.ts'
import { describeEngine, leftAloneByEngine, requireSupport } from './engine-support.ts'

const { signal } = new AbortController()
const docker: EngineVersion = {
  api: '1.45',
  own: '1.45',
  os: 'linux',
  architecture: 'amd64',
  product: 'docker',
  productVersion: '26.1.5',
  isRootless: false,
}
const rootless: EngineVersion = { ...docker, isRootless: true }
const podman: EngineVersion = { ...docker, api: '1.41', product: 'podman', productVersion: '4.3.1' }
const other: EngineVersion = { ...docker, product: 'other' }

// Only its version is asked for.
const deps = (version: EngineVersion) =>
  ({ engine: { version: async () => version } }) as unknown as Parameters<typeof describeEngine>[0]

const gate = (probe: Gate['probe']) => ({
  gate: { stableMs: 0, minUptimeMs: 0, deadlineMs: 0, restartsMax: 0, probe } satisfies Gate,
})
// Only the reason is looked at.
const workload = (leftAlone: Workload['leftAlone']) => ({ id: 'local/container/web', leftAlone }) as Workload

describe('an engine', () => {
  test.each([
    [docker, 'Docker 26.1.5 (API 1.45)', []],
    [rootless, 'Docker 26.1.5 (API 1.45, rootless)', [expect.stringContaining('use a health check or an exec probe')]],
    [podman, 'Podman 4.3.1 (API 1.41)', [expect.stringContaining('containers are left alone')]],
    [other, 'an unknown engine 26.1.5 (API 1.45)', [expect.stringContaining('containers are left alone')]],
  ])('is described with what it cannot do: %#', async (version, engine, limits) => {
    expect(await describeEngine(deps(version), signal)).toEqual({ engine, limits })
  })

  test.each([docker, rootless])('of Docker leaves its workloads as they are: %#', async (version) => {
    const workloads = [workload(null), workload({ code: 'PAUSED', sentence: 'it is paused' })]

    expect(await leftAloneByEngine(deps(version), workloads, signal)).toEqual(workloads)
  })

  test.each([podman, other])('that is not Docker leaves all alone, whatever else they are: %#', async (version) => {
    const workloads = [
      workload(null),
      workload({ code: 'SELF', sentence: 'it is longshore itself' }),
      workload({ code: 'STOPPED', sentence: 'it is not running' }),
    ]

    const codes = (await leftAloneByEngine(deps(version), workloads, signal)).map((each) => each.leftAlone?.code)

    expect(codes).toEqual(['ENGINE_UNSUPPORTED', 'SELF', 'ENGINE_UNSUPPORTED'])
  })
})

describe('a rollout', () => {
  const http: Gate['probe'] = { kind: 'http', port: 80, path: '/' }
  const exec: Gate['probe'] = { kind: 'exec', command: ['true'] }

  test.each([
    [docker, http],
    [rootless, null],
    [rootless, exec],
  ])('may begin: %#', async (version, probe) => {
    await expect(requireSupport(deps(version), gate(probe), signal)).resolves.toBeUndefined()
  })

  test.each([
    [rootless, http],
    [podman, null],
    [other, null],
  ])('may not: %#', async (version, probe) => {
    await expect(requireSupport(deps(version), gate(probe), signal)).rejects.toMatchObject({
      code: 'TARGET_UNSUPPORTED',
    })
  })
})
