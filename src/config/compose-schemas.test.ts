import { describe, expect, test } from 'vitest'
import { useConfigFolder } from '../../test/fakes/config-folder.ts'

const { load, problems } = useConfigFolder()

describe('a rule about a Compose service', () => {
  test('says how Compose is to be called for it, and matches it', async () => {
    const config = await load(`
workloads:
  - compose:
      service: web
      project: shop
      files: [/opt/shop/compose.yaml, ~/compose.prod.yaml]
      envFiles: [~/prod.env]
      profiles: [front]
      projectDirectory: ~/shop
    gate: {stable: 20s}
    mode: notify
`)

    const files = ['/opt/shop/compose.yaml', '/home/me/compose.prod.yaml']
    const service = {
      service: 'web',
      project: 'shop',
      files,
      envFiles: ['/home/me/prod.env'],
      profiles: ['front'],
      directory: '/home/me/shop',
    }
    expect(config.composeServices).toEqual([service])
    expect(config.rules).toMatchObject([
      {
        match: { compose: { service: 'web', project: 'shop', files } },
        watch: true,
        settings: { mode: 'notify', gate: { stableMs: 20_000 } },
      },
    ])
    expect(Object.keys(config.rules[0]?.settings ?? {})).not.toContain('compose')
  })

  test('needs no more than the name of the service', async () => {
    const { composeServices } = await load('workloads: [{compose: {service: web}}]')

    expect(composeServices).toEqual([
      { service: 'web', project: null, files: [], envFiles: [], profiles: [], directory: null },
    ])
  })

  test('may be written as docker-auto-updater has it', async () => {
    const long = await load('workloads: [{compose: {service: web, files: [~/compose.yml]}}]')
    const short = await load('workloads: [{compose_file: ~/compose.yml, compose_service: web}]')

    expect(short.rules).toEqual(long.rules)
    expect(short.composeServices).toEqual(long.composeServices)
    expect((await load('workloads: [{compose_service: web}]')).composeServices).toMatchObject([
      { service: 'web', files: [] },
    ])
  })

  test('is one rule among others, and only those of Compose say how it is called', async () => {
    const config = await load('workloads: [{match: {name: a}}, {compose: {service: web}}]')

    expect(config.rules).toMatchObject([{ match: { name: 'a' } }, { match: { compose: { service: 'web' } } }])
    expect(config.composeServices).toHaveLength(1)
  })

  const one = 'workloads[0]: needs one of match, ensure, compose and compose_service'
  test.each([
    ['{mode: auto}', [one]],
    ['{match: {name: a}, compose: {service: web}}', [one]],
    ['{match: {name: a}, compose_service: web}', [one]],
    ['{compose: {service: web}, compose_service: web}', [one]],
    ['{match: {name: a}, compose_file: /a.yml}', ['workloads[0]: needs compose_service beside compose_file']],
    ['{compose_file: /a.yml}', [one, 'workloads[0]: needs compose_service beside compose_file']],
    ['{compose: {files: [/a.yml]}}', ['workloads[0].compose.service: is missing']],
    ['{compose: {service: ""}}', ['workloads[0].compose.service: must not be empty']],
    ['{compose: {service: web, file: /a.yml}}', ['workloads[0].compose.file: unknown key; did you mean files?']],
    [
      '{compose: {service: web, project: Shop}}',
      ['workloads[0].compose.project: must be a project name: a to z, 0 to 9, - and _'],
    ],
    [
      '{compose: {service: web, files: [compose.yml]}}',
      ['workloads[0].compose.files[0]: must be an absolute path, or begin with ~/'],
    ],
    [
      '{compose_file: compose.yml, compose_service: web}',
      ['workloads[0].compose_file: must be an absolute path, or begin with ~/'],
    ],
    [
      '{compose: {service: web, projectDirectory: ./shop}}',
      ['workloads[0].compose.projectDirectory: must be an absolute path, or begin with ~/'],
    ],
  ])('%s is wrong, and is told how', async (rule, expected) => {
    expect(await problems(`workloads: [${rule}]`)).toEqual(expected.map((each) => `longshore.yml:1: ${each}`))
  })
})

describe('what holds for all Compose services', () => {
  test('are the folders that files may lie in, and whether other machines may be named', async () => {
    expect((await load('compose: {roots: [/srv, ~/apps], allowRemote: true}')).compose).toEqual({
      roots: ['/srv', '/home/me/apps'],
      allowRemote: true,
    })
    expect((await load('')).compose).toEqual({ roots: [], allowRemote: false })
  })

  test.each([
    ['compose: {roots: [srv]}', 'compose.roots[0]: must be an absolute path, or begin with ~/'],
    ['compose: {allowRemote: 1}', 'compose.allowRemote: must be true or false'],
    ['compose: {root: /srv}', 'compose.root: unknown key; did you mean roots?'],
  ])('%s is wrong', async (text, expected) => {
    expect(await problems(text)).toEqual([`longshore.yml:1: ${expected}`])
  })
})
