import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { composeRollout } from '../../../test/fakes/compose-change.ts'
import { composeContainer, composeLabels } from '../../../test/fakes/compose-services.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import { up } from './apply-up.ts'
import { listWorkloads } from './list-workloads.ts'
import { prepare } from './prepare.ts'

const { signal } = new AbortController()
let stage: ReturnType<typeof stageCompose>
let elsewhere = ''
/** Every run of Compose, in order. */
let runs: string[] = []
beforeEach(() => {
  elsewhere = mkdtempSync(join(tmpdir(), 'longshore-elsewhere-'))
  stage = stageCompose()
  runs = []
  const { compose } = stage.deps
  const counted: typeof compose = {
    ...compose,
    configHash: (...given) => (runs.push('hash'), compose.configHash(...given)),
    readConfig: (...given) => (runs.push('config'), compose.readConfig(...given)),
    dryRunUp: (...given) => (runs.push('dry run'), compose.dryRunUp(...given)),
    up: (...given) => (runs.push('up'), compose.up(...given)),
  }
  stage.deps = { ...stage.deps, compose: counted }
})
afterEach(() => {
  stage.close()
  rmSync(elsewhere, { recursive: true })
})

const define = (more: string): void => {
  stage.write('compose.yaml', `services:\n  web:\n    image: web:1\n${more}`)
  const labels = composeLabels({
    'project.config_files': stage.path('compose.yaml'),
    'project.working_dir': stage.folder,
  })
  stage.world.containers = [composeContainer({ labels, inspect: { Config: { Image: 'web:1' } } })]
}
const prepared = async (image = 'web:1') => {
  const [workload] = await listWorkloads(stage.deps, signal)
  if (workload === undefined) throw new Error('it is there')
  return prepare(stage.deps, workload, image, signal)
}
const definition = async (image?: string) => {
  const found = await prepared(image)
  if (found.kind === 'held') throw new Error(found.reason.sentence)
  return found.definition
}

describe('a file outside of the allowed folders', () => {
  test.each([
    ['an env file', '    env_file: <path>\n', 'env_file'],
    ['an env file that need not be there', '    env_file: [{ path: <path>, required: false }]\n', 'env_file'],
    ['one of another service', '  db: { image: db, env_file: [<path>] }\n', 'env_file of service "db"'],
    ['a label file', '    label_file: <path>\n', 'label_file'],
    ['a secret', '    secrets: [s]\nsecrets: { s: { file: <path> } }\n', 'secrets "s" of service "web"'],
    ['a config', '    configs: [c]\nconfigs: { c: { file: <path> } }\n', 'configs "c"'],
    ['a seccomp profile', '    security_opt: ["seccomp=<path>"]\n', 'security_opt'],
  ])('holds the rollout before Compose is asked anything: %s', async (_what, text, key) => {
    for (const path of [join(elsewhere, 'x'), './link', './link-to-nothing']) {
      rmSync(stage.path('link'), { force: true })
      rmSync(stage.path('link-to-nothing'), { force: true })
      writeFileSync(join(elsewhere, 'x'), 'A=1\n')
      symlinkSync(join(elsewhere, 'x'), stage.path('link'))
      symlinkSync(join(elsewhere, 'none'), stage.path('link-to-nothing'))
      define(text.replace('<path>', path))

      await expect(prepared(), path).rejects.toMatchObject({
        code: 'COMPOSE_PATH_REFUSED',
        message: expect.stringMatching(/compose\.yaml:\d+: .*lies outside the allowed folders; .*compose\.roots/),
      })
      await expect(prepared(), path).rejects.toMatchObject({ message: expect.stringContaining(key) })
      expect(runs).toEqual([])
    }
  })

  test('is allowed by its folder', async () => {
    writeFileSync(join(elsewhere, 'x'), 'A=1\n')
    define(`    env_file: ${join(elsewhere, 'x')}\n`)
    stage.deps = { ...stage.deps, roots: [stage.folder, elsewhere] }

    expect(await prepared()).toMatchObject({ kind: 'ready' })
  })

  test('keeps Compose from acting where it came to be one meanwhile', async () => {
    define(`    env_file: [{ path: ./later.env, required: false }]\n`)
    const planned = await definition()
    symlinkSync(join(elsewhere, 'x'), stage.path('later.env'))
    runs = []

    await expect(up(stage.deps, composeRollout({ definition: planned }), { signal })).rejects.toMatchObject({
      code: 'COMPOSE_PATH_REFUSED',
    })
    expect(runs).toEqual([])
  })

  test.each(['LONGSHORE_OPERATION', 'BUILDX_CONFIG', 'OTEL_RESOURCE_ATTRIBUTES'])(
    'is not hidden behind %s, which only some commands have',
    async (name) => {
      define('    env_file: ${X:-./a.env}\n')
      stage.write('a.env', 'A=1\n')
      stage.write('.env', `X=\${${name}:+/etc/shadow}\n`)

      await expect(prepared()).rejects.toMatchObject({
        code: 'COMPOSE_PATH_REFUSED',
        message: expect.stringContaining(name),
      })
    },
  )
})

describe('right before Compose acts', () => {
  const more = `    env_file: [a.env]
    secrets: [s]
    configs: [c]
  sidecar:
    image: sidecar
    secrets: [t]
    network_mode: service:web
secrets: { s: { file: s.txt }, t: { file: t.txt }, u: { file: u.txt } }
configs: { c: { file: c.txt } }
`
  const stageAll = (): void => {
    for (const file of ['a.env', 's.txt', 't.txt', 'u.txt', 'c.txt']) stage.write(file, 'A=1\n')
    define(more)
    const inside = { HostConfig: { NetworkMode: 'container:shop-web-1-id' }, Config: { Image: 'sidecar' } }
    stage.world.containers.push(composeContainer({ service: 'sidecar', inspect: inside }))
    stage.world.images.set('sidecar', { Id: 'sha256:old' })
  }

  test.each(['a.env', 's.txt', 't.txt', 'c.txt', 'compose.yaml', '.env'])(
    'an edit of %s since the look is seen',
    async (file) => {
      stageAll()
      const rollout = composeRollout({ definition: await definition() })
      stage.write(file, `${file === '.env' ? '' : stage.read(file)}# theirs\n`)
      runs = []

      await expect(up(stage.deps, rollout, { signal })).rejects.toMatchObject({ code: 'TARGET_CONFLICT' })
      expect(runs).toEqual([])
    },
  )

  test('what other services are made of may change, and nothing did otherwise', async () => {
    stageAll()
    const rollout = composeRollout({ definition: await definition() })
    stage.write('u.txt', 'other')
    runs = []

    await up(stage.deps, rollout, { signal })

    expect(runs).toEqual(['dry run', 'up'])
  })

  test('our own edit is none, also where the service reads the file that we edit', async () => {
    define('    env_file: [.env, "${TAG}.env"]\n')
    stage.write('compose.yaml', stage.read('compose.yaml').replace('web:1', 'web:${TAG}'))
    stage.write('.env', 'TAG=1\n')
    for (const tag of ['1', '2']) stage.write(`${tag}.env`, `A=${tag}\n`)
    const rollout = composeRollout({ definition: await definition('web:2'), image: 'web:2' })
    stage.write('.env', 'TAG=2\n')

    await up(stage.deps, rollout, { signal })

    expect(stage.world.ups).toHaveLength(1)
    stage.write('2.env', 'A=theirs\n')
    await expect(up(stage.deps, rollout, { signal })).rejects.toMatchObject({ code: 'TARGET_CONFLICT' })
  })

  test('nothing of what the files say is kept', async () => {
    stageAll()
    stage.write('s.txt', 'hunter2')

    expect(JSON.stringify(await definition())).not.toContain('hunter2')
    expect(JSON.stringify([...stage.deps.agreed])).not.toContain('hunter2')
  })
})

describe('a second look', () => {
  test('costs no run of Compose while everything is the same', async () => {
    define('')
    const first = await prepared()
    expect(runs).toEqual(['hash'])

    expect(await prepared()).toEqual(first)
    expect(runs).toEqual(['hash'])
  })

  test.each<[string, () => void]>([
    ['a Compose file', () => stage.write('compose.yaml', `${stage.read('compose.yaml')}# theirs\n`)],
    ['the env file', () => stage.write('.env', 'A=1\n')],
    ['what a service reads', () => stage.write('a.env', 'A=2\n')],
    [
      'a container',
      () => {
        const [only] = stage.world.containers
        if (only !== undefined) stage.world.containers = [{ ...only, Id: 'another' }]
      },
    ],
    ['the tag', () => stage.world.images.set('web:1', { Id: 'sha256:pulled' })],
  ])('asks Compose again where %s is another', async (_what, change) => {
    define('    env_file: [{ path: a.env, required: false }]\n')
    await prepared()

    change()
    await prepared()

    expect(runs).toEqual(['hash', 'hash'])
  })

  test('asks again about what did not agree', async () => {
    define('')
    stage.world.hash = 'another'
    await prepared()
    stage.world.hash = 'hash'

    expect(await prepared()).toMatchObject({ kind: 'ready' })
  })
})
