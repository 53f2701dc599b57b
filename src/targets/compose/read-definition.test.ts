import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import type { ComposeProject } from '../../clients/compose/project.ts'
import { readDefinition, rootsOf } from './read-definition.ts'

let stage: ReturnType<typeof stageCompose>
let elsewhere: string
beforeEach(() => {
  stage = stageCompose()
  elsewhere = mkdtempSync(join(realpathSync(tmpdir()), 'longshore-elsewhere-'))
})
afterEach(() => {
  stage.close()
  rmSync(elsewhere, { recursive: true })
})

const project = (change: Partial<ComposeProject> = {}): ComposeProject => ({
  project: 'shop',
  files: [stage.path('compose.yaml')],
  projectDirectory: stage.folder,
  envFiles: [],
  profiles: [],
  ...change,
})
const web = (image: string) => `services:\n  web:\n    image: ${image}\n`
const read = async (change: Partial<ComposeProject> = {}, deps = {}) =>
  (await readDefinition({ ...stage.deps, ...deps }, project(change), 'web')).found

describe('the image of a service', () => {
  test('is found in the file that has the last word', async () => {
    stage.write('compose.yaml', web('web:1'))
    const files = [stage.path('compose.yaml'), stage.write('prod/compose.yaml', web('web:2'))]

    expect(await read({ files })).toMatchObject({ kind: 'literal', value: 'web:2', file: files[1], line: 3 })
  })

  test('is read with the usual env file, or those that are named in its place', async () => {
    stage.write('compose.yaml', web('web:${TAG}'))
    stage.write('.env', 'TAG=usual\n')

    expect(await read()).toMatchObject({ value: 'web:usual' })
    expect(await read({ envFiles: [stage.write('prod.env', 'TAG=prod\n')] })).toMatchObject({ value: 'web:prod' })
  })

  test('may hold the name of the project', async () => {
    stage.write('compose.yaml', web('${COMPOSE_PROJECT_NAME}:1'))

    expect(await read()).toMatchObject({ value: 'shop:1' })
  })

  test("is read with what Compose gets of longshore's own environment, and no more of it", async () => {
    stage.world.environment['HOME'] = '/root'
    stage.write('compose.yaml', web('web:${HOME:+home}-${LONGSHORE_CONFIG:-${USER:-none}}'))

    expect(await read()).toMatchObject({ value: 'web:home-none' })
  })
})

describe('a file', () => {
  test('that is not there is said to be so, with what to do in a container', async () => {
    await expect(read()).rejects.toMatchObject({
      code: 'COMPOSE_FILE_UNREADABLE',
      message: `${stage.path('compose.yaml')}, which the service was brought up from, is not here; where longshore runs in a container, mount it at the same path`,
    })
  })

  test('beyond the allowed folders is refused, also through a link', async () => {
    stage.write('compose.yaml', web('web:1'))
    await expect(read({}, { roots: [elsewhere] })).rejects.toMatchObject({ code: 'COMPOSE_PATH_REFUSED' })

    writeFileSync(join(elsewhere, 'real.yaml'), web('web:1'))
    symlinkSync(join(elsewhere, 'real.yaml'), stage.path('link.yaml'))
    await expect(read({ files: [stage.path('link.yaml')] })).rejects.toMatchObject({ code: 'COMPOSE_PATH_REFUSED' })
  })

  test('that another includes is refused there too, and the line is named', async () => {
    writeFileSync(join(elsewhere, 'real.yaml'), web('web:1'))
    stage.write('compose.yaml', `include: [${join(elsewhere, 'real.yaml')}]\n`)

    await expect(read({}, { allowRemote: true })).rejects.toMatchObject({
      code: 'COMPOSE_PATH_REFUSED',
      message: expect.stringMatching(/compose\.yaml:1: .*lies outside the allowed folders/),
    })
  })

  test('that is only usual is refused there too: Compose would read it', async () => {
    writeFileSync(join(elsewhere, 'real.env'), 'TAG=1\n')
    symlinkSync(join(elsewhere, 'real.env'), stage.path('.env'))
    stage.write('compose.yaml', web('web:1'))

    await expect(read()).rejects.toMatchObject({
      code: 'COMPOSE_PATH_REFUSED',
      message: expect.stringContaining('.env:1'),
    })
  })
})

test('files may lie in the folders that are configured, or else in those of the project', () => {
  const given = project({ files: ['/a/x.yaml', '/b/y.yaml'], envFiles: ['/c/z.env'], projectDirectory: '/srv' })

  expect(rootsOf({ roots: ['/only'] }, given)).toEqual(['/only'])
  expect(rootsOf({ roots: [] }, given)).toEqual(['/srv', '/a', '/b', '/c'])
})
