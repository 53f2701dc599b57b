import { chmodSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { composeDefinition, composeRollout } from '../../../test/fakes/compose-change.ts'
import { composeContainer, composeLabels, composeMember } from '../../../test/fakes/compose-services.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import { edit, editBack } from './apply-edit.ts'
import { hashOf } from './definition/hash.ts'
import type { Snapshot } from './snapshot.ts'

const { signal } = new AbortController()
const old = 'services:\r\n  web:\r\n    image: web:1 # the site\r\n'
const edited = old.replace('web:1', 'web:2')
const hash = (of: string) => hashOf(Buffer.from(of))
let stage: ReturnType<typeof stageCompose>
beforeEach(() => {
  stage = stageCompose()
  stage.write('compose.yaml', old)
  chmodSync(stage.path('compose.yaml'), 0o640)
  stage.world.containers = [composeContainer({ labels: labels() })]
})
afterEach(() => stage.close())

const labels = () =>
  composeLabels({ 'project.config_files': stage.path('compose.yaml'), 'project.working_dir': stage.folder })
const moved = (path = stage.path('compose.yaml')) =>
  composeRollout({ image: 'web:2', tag: '2', definition: composeDefinition(path, hash(old), hash(edited)) })
const unmoved = () => composeRollout({ definition: composeDefinition(stage.path('compose.yaml'), hash(old)) })
const snapshot = (): Snapshot => ({
  compose: composeMember({ labels: labels() }).compose,
  containers: [],
  files: [{ path: stage.path('compose.yaml'), base64: Buffer.from(old).toString('base64') }],
})
const text = () => stage.read('compose.yaml')

describe('the file names the new image', () => {
  test('and nothing else in it changes, nor its mode, however often that is asked for', async () => {
    await edit(stage.deps, moved(), { signal })
    await edit(stage.deps, moved(), { signal })

    expect(text()).toBe(edited)
    expect(statSync(stage.path('compose.yaml')).mode & 0o777).toBe(0o640)
    expect(readdirSync(stage.folder)).toEqual(['compose.yaml'])
  })

  test('and nothing is written where nothing is to be edited', async () => {
    await edit(stage.deps, unmoved(), { signal })
    await edit(stage.deps, composeRollout(), { signal })

    expect(text()).toBe(old)
  })

  test('where the path is a link, in the file behind it', async () => {
    stage.write('real/compose.yaml', old)
    symlinkSync(stage.path('real/compose.yaml'), stage.path('link.yaml'))
    const own = composeLabels({ 'project.config_files': stage.path('link.yaml'), 'project.working_dir': stage.folder })
    stage.world.containers = [composeContainer({ labels: own })]

    await edit(stage.deps, moved(stage.path('link.yaml')), { signal })

    expect(stage.read('real/compose.yaml')).toBe(edited)
    expect(statSync(stage.path('link.yaml')).isFile()).toBe(true)
  })

  test.each([
    ['a comment', `${old}# mine\r\n`],
    ['the image', old.replace('web:1', 'web:3')],
    ['nearly the same', old.replace('web:1', "'web:2'")],
  ])('unless somebody has edited %s since it was planned', async (_, theirs) => {
    stage.write('compose.yaml', theirs)

    await expect(edit(stage.deps, moved(), { signal })).rejects.toMatchObject({
      code: 'TARGET_CONFLICT',
      message: `${stage.path('compose.yaml')} was edited by somebody else meanwhile`,
    })
    expect(text()).toBe(theirs)
  })

  test('unless no container tells any more how the file was used', async () => {
    stage.world.containers = []

    await expect(edit(stage.deps, moved(), { signal })).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' })
    expect(text()).toBe(old)
  })

  test('unless it lies beyond the allowed folders', async () => {
    const deps = { ...stage.deps, roots: ['/srv'] }

    await expect(edit(deps, moved(), { signal })).rejects.toMatchObject({ code: 'COMPOSE_PATH_REFUSED' })
    expect(text()).toBe(old)
  })
})

describe('the file is what it was', () => {
  beforeEach(() => edit(stage.deps, moved(), { signal }))

  test('byte for byte, however often that is asked for, also when no container is left', async () => {
    stage.world.containers = []

    await editBack(stage.deps, moved(), { signal, snapshot: snapshot() })
    await editBack(stage.deps, moved(), { signal, snapshot: snapshot() })

    expect(text()).toBe(old)
    expect(statSync(stage.path('compose.yaml')).mode & 0o777).toBe(0o640)
  })

  test('unless somebody has edited it since', async () => {
    stage.write('compose.yaml', `${edited}# mine\r\n`)

    await expect(editBack(stage.deps, moved(), { signal, snapshot: snapshot() })).rejects.toMatchObject({
      code: 'TARGET_CONFLICT',
    })
    expect(text()).toBe(`${edited}# mine\r\n`)
  })

  test('unless it was not captured, so that nobody knows what it was', async () => {
    const empty = { ...snapshot(), files: [] }

    await expect(editBack(stage.deps, moved(), { signal, snapshot: empty })).rejects.toMatchObject({ code: 'INTERNAL' })
    expect(text()).toBe(edited)
  })
})
