import { utimesSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { composeService } from '../../../test/fakes/compose-services.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import type { ComposeProject } from '../../clients/compose/project.ts'
import { AppError } from '../../errors.ts'
import { drift } from './drift.ts'

const { signal } = new AbortController()
let stage: ReturnType<typeof stageCompose>
let project: ComposeProject
const put = 'run: docker compose up -d web'
const recreated = { kind: 'container', name: 'shop-web-1', action: 'recreate' } as const

beforeEach(() => {
  stage = stageCompose()
  const files = [stage.write('compose.yaml', ''), stage.write('more.yaml', '')]
  // Older than the container of the fake, which is of 2026.
  for (const each of files) utimesSync(each, new Date('2025-01-01'), new Date('2025-01-01'))
  project = { project: 'shop', files, projectDirectory: stage.folder, envFiles: [], profiles: [] }
})
afterEach(() => stage.close())

const differs = (given = composeService()) => drift(stage.deps, project, given, signal)

describe('a service runs what its files say', () => {
  test('when its hash is that of every instance, without a further look', async () => {
    expect(await differs(composeService({}, { number: 2 }))).toBeNull()
    expect(stage.world.dryRuns).toEqual([])
  })

  test('when Compose would leave every instance alone although the hash is another', async () => {
    stage.world.hash = 'other'
    stage.world.steps = [
      { kind: 'network', name: 'shop_default', action: 'create' },
      { kind: 'container', name: 'shop-db-1', action: 'recreate' },
      { kind: 'container', name: 'shop-web-1', action: 'untouched' },
      { kind: 'container', name: 'shop-web-2', action: 'untouched' },
    ]

    expect(await differs(composeService({}, { number: 2 }))).toBeNull()
    expect(stage.world.dryRuns).toMatchObject([{ services: ['web'], options: { scale: { web: 2 }, noDeps: true } }])
  })
})

describe('where the hash is another', () => {
  const untouched = { ...recreated, action: 'untouched' } as const
  beforeEach(() => {
    stage.world.hash = 'other'
  })

  test('a dry run that names not every instance proves nothing', async () => {
    stage.world.steps = [untouched]

    expect((await differs(composeService({}, { number: 2 })))?.code).toBe('COMPOSE_DRIFT')
  })

  test('a service that lives in another is left alone only together with that', async () => {
    const { compose } = stage.deps
    const dryRunUp: typeof compose.dryRunUp = async (_project, _services, { noDeps }) => ({
      steps: [noDeps === true ? recreated : untouched],
      problem: null,
    })

    expect(
      await drift({ ...stage.deps, compose: { ...compose, dryRunUp } }, project, composeService(), signal),
    ).toBeNull()
  })
})

describe('what differs is said', () => {
  beforeEach(() => {
    stage.world.hash = 'other'
    stage.world.steps = [recreated]
  })

  test('when one instance of two has another hash', async () => {
    stage.world.hash = 'hash'
    const labels = { 'com.docker.compose.config-hash': 'other' }

    expect((await differs(composeService({}, { number: 2, labels })))?.code).toBe('COMPOSE_DRIFT')
  })

  test('by the variables that nothing sets', async () => {
    stage.world.unsetVariables = ['TOKEN', 'ZONE']

    expect(await differs()).toEqual({
      code: 'COMPOSE_DRIFT',
      sentence: `the environment differs from the one it was brought up with: TOKEN, ZONE is not set; put it into an env file, then ${put}`,
    })
  })

  test('by the files that were edited since', async () => {
    const [, second = ''] = project.files
    utimesSync(second, new Date(), new Date())
    const env = stage.write('.env', 'A=1')

    expect((await differs())?.sentence).toBe(`${second} and ${env} was edited since it was brought up; ${put}`)
  })

  test('by the version of Compose', async () => {
    stage.world.version = '2.30.0'

    expect((await differs())?.sentence).toBe(
      `it was brought up by Docker Compose 2.26.1 and this is 2.30.0, which reads its files differently; see that you and longshore have one version, then ${put}`,
    )
  })

  test('and that it cannot be told', async () => {
    expect((await differs())?.sentence).toBe(`its files or its environment differ from what runs; ${put}`)
  })
})

test('what keeps Compose from telling is not taken for a difference', async () => {
  const configHash = () => Promise.reject(new AppError('COMPOSE_MISSING', 'there is none'))
  const deps = { ...stage.deps, compose: { ...stage.deps.compose, configHash } }

  await expect(drift(deps, project, composeService(), signal)).rejects.toMatchObject({ code: 'COMPOSE_MISSING' })
})

test('a service of a profile that is not chosen is told by the hash that it has when all are', async () => {
  const configHash = async ({ profiles }: ComposeProject) => {
    if (profiles.includes('*')) return 'hash'
    throw new AppError('COMPOSE_FILE_INVALID', 'no such service: web: disabled')
  }
  const deps = { ...stage.deps, compose: { ...stage.deps.compose, configHash } }

  expect(await drift(deps, project, composeService(), signal)).toBeNull()
  await expect(drift(deps, { ...project, profiles: ['shop'] }, composeService(), signal)).rejects.toMatchObject({
    code: 'COMPOSE_FILE_INVALID',
  })
})
