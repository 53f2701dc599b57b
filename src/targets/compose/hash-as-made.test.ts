import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  composeContainer,
  composeLabels,
  composeService,
  type GivenMember,
} from '../../../test/fakes/compose-services.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import { composeConfigSchema } from '../../clients/compose/config-schema.ts'
import type { ComposeProject } from '../../clients/compose/project.ts'
import { AppError } from '../../errors.ts'
import { createTurns } from '../../lib/in-turn.ts'
import { drift } from './drift.ts'
import { hashAsMade } from './hash-as-made.ts'
import { rememberReplaced } from './replaced-names.ts'

/** What a file says of `web`, as far as it is of interest here. */
interface Written {
  readonly network_mode?: string
  readonly pid?: string
  readonly ipc?: string
  readonly depends_on?: Readonly<Record<string, typeof started>>
}

const { signal } = new AbortController()
const gone = 'ab'.repeat(32)
const other = 'cd'.repeat(32)
const started = { condition: 'service_started', restart: false, required: true }
const implied = { ...started, restart: true }
const healthy = { ...started, condition: 'service_healthy' }
const made = { network_mode: 'service:vpn', depends_on: { db: healthy } }
let project: ComposeProject
let stage: ReturnType<typeof stageCompose>
let files: Written
/** What is written over the files, as Compose reads it. */
let asked: unknown

/** As Compose does it (2.26.1): whoever names a service as a namespace depends on that too. */
function resolved(written: Written) {
  const modes = [written.network_mode, written.pid, written.ipc]
  const named = modes.flatMap((mode) => (mode?.startsWith('service:') === true ? [mode.slice('service:'.length)] : []))
  const depends = { ...Object.fromEntries(named.map((each) => [each, implied])), ...written.depends_on }
  return { network_mode: written.network_mode, pid: written.pid, ipc: written.ipc, depends_on: depends }
}

const hashOf = (written: Written): string => {
  const { depends_on: depends, ...modes } = resolved(written)
  return JSON.stringify([modes, Object.entries(depends).toSorted()])
}

beforeEach(() => {
  stage = stageCompose()
  project = {
    project: 'shop',
    files: [stage.write('compose.yaml', '')],
    projectDirectory: stage.folder,
    envFiles: [],
    profiles: [],
  }
  files = made
  asked = null
  stage.deps.engine.pastEvents = async () => [destroyed(gone, 'vpn'), destroyed(other, 'db')]
  stage.deps.compose.readConfig = async () => {
    const { services } = composeConfigSchema.parse({ services: { web: resolved(files) } })
    return { services: new Map(Object.entries(services)), raw: {}, unsetVariables: [] }
  }
  stage.deps.compose.configHash = async ({ files: [, more] }) => {
    if (more === undefined) return hashOf(files)
    asked = JSON.parse(readFileSync(more, 'utf8'))
    const { web } = (asked as { services: { web: Written } }).services
    return hashOf({ ...files, ...web, depends_on: { ...files.depends_on, ...web.depends_on } })
  }
})
afterEach(() => stage.close())

const destroyed = (id: string, service: string, of = 'shop') => ({
  type: 'container',
  action: 'destroy',
  id,
  attributes: { name: `${of}-${service}-1`, ...composeLabels({ project: of, service }) },
  at: 0,
})

const inside = (host = {}, labels = {}): GivenMember => ({
  inspect: { HostConfig: { NetworkMode: `container:${gone}`, ...host } },
  labels: composeLabels({ depends_on: 'vpn:service_started:true,db:service_healthy:false', ...labels }),
})

/** The container as Compose made it from those files, of what is gone by now. */
const madeOf = (written: Written, host = {}) => {
  const ids = Object.entries(written).filter(([, mode]) => String(mode).startsWith('service:'))
  const { depends_on: depends } = resolved(written)
  const withIds = Object.fromEntries(
    ids.map(([key, mode]) => [key, `container:${mode === 'service:db' ? other : gone}`]),
  )
  const label = Object.entries(depends)
    .map(([name, { condition, restart }]) => `${name}:${condition}:${restart}`)
    .join()
  const hash = hashOf({ ...written, ...withIds, depends_on: depends })
  return composeService(inside(host, { depends_on: label, 'config-hash': hash }))
}

const code = async (service = madeOf(made)) => (await drift(stage.deps, project, service, signal))?.code ?? null

test('a service is asked about with the very containers that it lived in, and what Compose adds for those', async () => {
  files = { ...made, pid: 'service:vpn' }
  const service = composeService(inside({ PidMode: `container:${gone}` }))

  expect(await hashAsMade(stage.deps, project, service, signal)).not.toBeNull()
  expect(asked).toEqual({
    services: {
      web: { network_mode: `container:${gone}`, pid: `container:${gone}`, depends_on: { vpn: implied } },
    },
  })
  expect(readdirSync(stage.deps.spareFolder)).toEqual([])
})

test('one that lives in none is not asked about', async () => {
  expect(await hashAsMade(stage.deps, project, composeService(), signal)).toBeNull()
  expect(existsSync(stage.deps.spareFolder)).toBe(false)
})

test.each(['COMPOSE_FILE_INVALID', 'COMPOSE_PATH_REFUSED'] as const)(
  'where Compose refuses to say (%s) nothing is known, and no file is left',
  async (refusal) => {
    stage.deps.compose.configHash = async () => {
      throw new AppError(refusal, 'no')
    }

    expect(await hashAsMade(stage.deps, project, composeService(inside()), signal)).toBeNull()
    expect(readdirSync(stage.deps.spareFolder)).toEqual([])
  },
)

describe('that what it lived in is gone', () => {
  test.each<[string, Written]>([
    ['in its network', made],
    ['in its network, which it depends on by its own words', { ...made, depends_on: { vpn: healthy, db: started } }],
    ['in its processes and memory', { pid: 'service:vpn', ipc: 'service:vpn', depends_on: {} }],
    ['beside a mode that is no service', { ...made, pid: 'host' }],
  ])('is no drift where its files say what it was made from: %s', async (_, written) => {
    files = written
    const modes = { NetworkMode: written.network_mode, PidMode: written.pid, IpcMode: written.ipc }
    const host = Object.entries(modes).map(([key, mode]) => [
      key,
      mode === 'service:vpn' ? `container:${gone}` : (mode ?? 'shop_default'),
    ])

    expect(await code(madeOf(written, Object.fromEntries(host)))).toBeNull()
  })

  test.each<[string, Written]>([
    ['the key is removed', { depends_on: made.depends_on }],
    ['the key is removed, and what it named is still waited for', { depends_on: { ...made.depends_on, vpn: implied } }],
    ['it is the network of the host', { ...made, network_mode: 'host' }],
    ['it is a container', { ...made, network_mode: 'container:elsewhere' }],
    ['it is another service', { ...made, network_mode: 'service:vpn2' }],
    ['it is a service that it depends on anyway', { ...made, network_mode: 'service:db' }],
    ['it is another key', { pid: 'service:vpn', depends_on: made.depends_on }],
    ['what it depends on is removed', { network_mode: 'service:vpn' }],
    ['what it depends on is to be in another state', { ...made, depends_on: { db: started } }],
    ['it is to wait for its health', { ...made, depends_on: { ...made.depends_on, vpn: healthy } }],
    ['it depends on one more', { ...made, depends_on: { ...made.depends_on, cache: started } }],
  ])('is one where its files say something else: %s', async (_, edited) => {
    files = edited

    expect(await code()).toBe('COMPOSE_DRIFT')
  })

  test('is one where it depends on both, and goes from the one to the other', async () => {
    const both = { ...made, depends_on: { vpn: started, db: started } }
    files = { ...both, network_mode: 'service:db' }

    expect(await code(madeOf(both))).toBe('COMPOSE_DRIFT')
  })
})

describe('whose container it was', () => {
  const vpn = { service: 'vpn', id: 'new-vpn' }

  test('is told by the one that bears its name now, where a rollout replaced it', async () => {
    stage.deps.engine.pastEvents = async () => []
    const { members } = composeService({ service: 'vpn', id: gone })
    await rememberReplaced({ ...stage.deps, inTurn: createTurns() }, members)
    stage.world.containers = [composeContainer(vpn)]

    expect(await code()).toBeNull()
  })

  test('is told by itself while it is there', async () => {
    stage.deps.engine.pastEvents = async () => []
    stage.world.containers = [composeContainer({ ...vpn, id: gone })]

    expect(await code()).toBeNull()
  })

  test.each([
    ['nobody knows any more', []],
    ['was of another project', [destroyed(gone, 'vpn', 'other')]],
  ])('is drift where that %s', async (_, events) => {
    stage.deps.engine.pastEvents = async () => events
    stage.world.containers = [composeContainer(vpn)]

    expect(await code()).toBe('COMPOSE_DRIFT')
  })
})

test('what was brought up without its dependencies is asked about without them', async () => {
  files = { network_mode: 'service:vpn' }
  const hash = hashOf({ network_mode: `container:${gone}` })

  expect(await code(composeService(inside({}, { depends_on: '', 'config-hash': hash })))).toBeNull()
})
