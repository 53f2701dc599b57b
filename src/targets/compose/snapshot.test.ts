import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import { composeMember } from '../../../test/fakes/compose-services.ts'
import type { ComposeProject } from '../../clients/compose/project.ts'
import { originalOf, readSnapshot, removeLeftCopies, withFilesOf, type Snapshot } from './snapshot.ts'

let stage: ReturnType<typeof stageCompose>
beforeEach(() => {
  stage = stageCompose()
})
afterEach(() => stage.close())

const project = (change: Partial<ComposeProject> = {}): ComposeProject => ({
  project: 'shop',
  files: [stage.path('compose.yaml')],
  projectDirectory: stage.folder,
  envFiles: [],
  profiles: ['front'],
  ...change,
})
const spare = '/nonexistent'
const snapshot = (files: Readonly<Record<string, string>>): Snapshot => ({
  compose: composeMember().compose,
  containers: [],
  files: Object.entries(files).map(([name, text]) => ({
    path: stage.path(name),
    base64: Buffer.from(text).toString('base64'),
  })),
})

describe('what was captured', () => {
  test('is read as it was', () => {
    const given = snapshot({ 'compose.yaml': 'x' })

    expect(readSnapshot(JSON.parse(JSON.stringify(given)))).toEqual(given)
  })

  test.each([undefined, null, 'text', {}, { compose: {} }])('is needed: %j will not do', (value) => {
    expect(() => readSnapshot(value)).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
  })
})

describe('work on copies of the captured files', () => {
  test('finds them beside the real ones, which stay as somebody edited them, and leaves none behind', async () => {
    stage.write('compose.yaml', 'edited')
    const seen: unknown[] = []

    await withFilesOf(snapshot({ 'compose.yaml': 'old', '.env': 'A=1' }), project(), spare, async (copy) => {
      const [file = ''] = copy.files
      const [env = ''] = copy.envFiles
      seen.push(stage.read('.compose.yaml.longshore'), stage.read('..env.longshore'), copy.profiles)
      seen.push([file, env].map((each) => each.replace(stage.folder, '')))
      seen.push([file, env].map((each) => statSync(each).mode & 0o777))
      seen.push([file, env].map(originalOf))
    })

    expect(seen).toEqual([
      'old',
      'A=1',
      ['front'],
      ['/.compose.yaml.longshore', '/..env.longshore'],
      [0o600, 0o600],
      [stage.path('compose.yaml'), stage.path('.env')],
    ])
    expect(readdirSync(stage.folder)).toEqual(['compose.yaml'])
    expect(stage.read('compose.yaml')).toBe('edited')
  })

  test('takes the place of the env files that are named, in their order', async () => {
    const envFiles = [stage.path('a.env'), stage.path('b.env')]
    const given = snapshot({ 'compose.yaml': 'x', 'b.env': 'B=1', 'a.env': 'A=1' })
    let found: readonly string[] = []

    await withFilesOf(given, project({ envFiles }), spare, async (copy) => void (found = copy.envFiles))

    expect(found.map(originalOf)).toEqual(envFiles)
  })

  test('leaves none behind when it fails either', async () => {
    const fails = () => Promise.reject(new Error('no'))

    await expect(withFilesOf(snapshot({ 'compose.yaml': 'x' }), project(), spare, fails)).rejects.toThrow('no')

    expect(readdirSync(stage.folder)).toEqual([])
  })

  test('is not begun where they cannot be made', async () => {
    const given = snapshot({ 'compose.yaml': 'x', 'gone/more.yaml': 'y' })

    await expect(withFilesOf(given, project(), spare, () => Promise.reject(new Error('begun')))).rejects.toMatchObject({
      code: 'COMPOSE_FILE_UNWRITABLE',
    })
    expect(readdirSync(stage.folder)).toEqual([])
  })

  test('finds them in a folder of ours where nobody may write beside the real ones', async () => {
    const folder = stage.path('ours')
    mkdirSync(folder)
    // /sys takes no new file, from root either.
    const path = '/sys/compose.yaml'
    const files = [{ path, base64: Buffer.from('old').toString('base64') }]
    let found: readonly string[] = []

    await withFilesOf({ ...snapshot({}), files }, project({ files: [path] }), folder, async (copy) => {
      found = copy.files
      expect(found.map((each) => readFileSync(each, 'utf8'))).toEqual(['old'])
    })

    expect(found.map(originalOf)).toEqual([path])
    expect(found.map(dirname)).toEqual([folder])
    expect(readdirSync(folder)).toEqual([])
  })

  test('does not write through a link that somebody put in their place', async () => {
    stage.write('precious', 'mine')
    symlinkSync(stage.path('precious'), stage.path('.compose.yaml.longshore'))

    await withFilesOf(snapshot({ 'compose.yaml': 'x' }), project(), spare, async () => {})

    expect(stage.read('precious')).toBe('mine')
  })
})

test.each(['/srv/compose.yaml', '/srv/.longshore', '/srv/x.longshore', '/srv/.env'])('%s is no copy', (path) => {
  expect(originalOf(path)).toBe(path)
  expect(originalOf(join('/srv', `.${path.slice(5)}.longshore`))).toBe(path)
})

test('what a killed way back left of its copies is taken away, and the originals stay', async () => {
  const path = stage.path('.env')
  const left = stage.path('..env.longshore')
  writeFileSync(path, 'TOKEN=new')
  writeFileSync(left, 'TOKEN=old')

  await removeLeftCopies([path], stage.folder)

  expect([existsSync(path), existsSync(left)]).toEqual([true, false])
})
