import { mkdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import type { Definition } from '../../rollout/rollout.ts'
import { hashOf } from './definition/hash.ts'
import { definitionNow, filesOf, hashIfThere, readIfThere } from './files.ts'

let stage: ReturnType<typeof stageCompose>
beforeEach(() => {
  stage = stageCompose()
})
afterEach(() => stage.close())

const project = { project: 'shop', files: ['/a.yaml', '/b.yaml'], projectDirectory: '/srv', profiles: [] }

test('the files of a project are its Compose files and the env files in force', () => {
  expect(filesOf({ ...project, envFiles: [] })).toEqual(['/a.yaml', '/b.yaml', '/srv/.env'])
  expect(filesOf({ ...project, envFiles: ['/x.env'] })).toEqual(['/a.yaml', '/b.yaml', '/x.env'])
})

describe('a file', () => {
  test('is read as its bytes, and hashed by them', async () => {
    const path = stage.write('a.yaml', 'é\r\n')

    expect(await readIfThere(path)).toEqual(Buffer.from('é\r\n'))
    expect(await hashIfThere(path)).toBe(hashOf(Buffer.from('é\r\n')))
  })

  test('that is not there is none, also where its folder is a file', async () => {
    const path = stage.write('a.yaml', '')

    expect(await readIfThere(stage.path('none.yaml'))).toBeNull()
    expect(await hashIfThere(`${path}/none.yaml`)).toBe('')
    expect(await hashIfThere(path)).not.toBe('')
  })

  test('that cannot be read is said to be so, with its path', async () => {
    mkdirSync(stage.path('folder'))

    await expect(readIfThere(stage.path('folder'))).rejects.toMatchObject({
      code: 'COMPOSE_FILE_UNREADABLE',
      message: expect.stringContaining(stage.path('folder')),
    })
  })
})

describe('the definition of a service', () => {
  const definition = (): Definition => ({
    files: [
      { path: stage.path('a.yaml'), before: hashOf(Buffer.from('old')), after: hashOf(Buffer.from('new')) },
      { path: stage.path('.env'), before: '', after: '' },
    ],
    edit: null,
    followers: [],
    isDivisible: true,
    hash: null,
  })

  test.each([
    ['before', 'old'],
    ['after', 'new'],
    ['other', 'edited'],
  ])('is %s when its file says %j', async (expected, text) => {
    stage.write('a.yaml', text)

    expect(await definitionNow(definition())).toBe(expected)
  })

  test('is another when a file is gone, or came', async () => {
    expect(await definitionNow(definition())).toBe('other')
    stage.write('a.yaml', 'old')
    stage.write('.env', '')
    expect(await definitionNow(definition())).toBe('other')
  })
})
