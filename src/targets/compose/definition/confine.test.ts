import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { confine, confineOptional } from './confine.ts'
import { confinedReader } from './read-file.ts'

let folder = ''
const at = (...path: readonly string[]): string => join(folder, ...path)

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'longshore-confine-')))
  await mkdir(at('in/sub'), { recursive: true })
  await mkdir(at('inner'))
  await writeFile(at('in/sub/compose.yaml'), 'a')
  await writeFile(at('inner/secret'), 'b')
})
afterEach(() => rm(folder, { recursive: true }))

describe('a path', () => {
  test('inside an allowed folder is the real file behind it', async () => {
    await symlink(at('in/sub/compose.yaml'), at('in/link.yaml'))
    await symlink(at('in'), at('root'))

    expect(await confine(at('in/sub/compose.yaml'), [at('in')])).toBe(at('in/sub/compose.yaml'))
    expect(await confine(at('in/link.yaml'), [at('in')])).toBe(at('in/sub/compose.yaml'))
    expect(await confine(at('in/sub/compose.yaml'), [at('root')])).toBe(at('in/sub/compose.yaml'))
  })

  test.each([
    ['beside the folder', 'inner/secret'],
    ['above it by ..', 'in/../inner/secret'],
    ['behind a link to a file', 'in/file'],
    ['behind a link to a folder', 'in/folder/secret'],
  ])('%s is refused', async (_what, path) => {
    await symlink(at('inner/secret'), at('in/file'))
    await symlink('../inner', at('in/folder'))

    const refused = { code: 'COMPOSE_PATH_REFUSED', message: expect.stringContaining('outside the allowed folders') }
    await expect(confine(at(path), [at('in')])).rejects.toMatchObject(refused)
    await expect(confinedReader([at('in')])(at(path))).rejects.toMatchObject(refused)
  })

  test('is refused where nothing is allowed, or only what is not there', async () => {
    const refused = { code: 'COMPOSE_PATH_REFUSED' }

    await expect(confine(at('inner/secret'), [])).rejects.toMatchObject(refused)
    await expect(confine(at('inner/secret'), [at('nowhere')])).rejects.toMatchObject(refused)
  })

  test('of nothing says so, and reads as nothing', async () => {
    await expect(confine(at('in/none'), [at('in')])).rejects.toMatchObject({ code: 'COMPOSE_FILE_UNREADABLE' })
    expect(await confinedReader([at('in')])(at('in/none'))).toBeNull()
  })
})

describe('a path that need not be there', () => {
  test.each([
    ['is where it would be', 'in/none/deeper'],
    ['is where a link would lead', 'in/dangling'],
  ])('%s', async (_what, path) => {
    await symlink('none/deeper', at('in/dangling'))

    expect(await confineOptional(at(path), [at('in')])).toBe(at('in/none/deeper'))
  })

  test.each([
    ['beside the folder', 'inner/none'],
    ['behind a link that leads nowhere yet', 'in/dangling'],
    ['behind a link to a folder', 'in/folder/none'],
    ['behind a link to that link', 'in/second'],
  ])('%s is refused', async (_what, path) => {
    await symlink(at('inner/none'), at('in/dangling'))
    await symlink('dangling', at('in/second'))
    await symlink('../inner', at('in/folder'))

    await expect(confineOptional(at(path), [at('in')])).rejects.toMatchObject({ code: 'COMPOSE_PATH_REFUSED' })
  })

  test('in a circle of links is no path', async () => {
    await symlink('two', at('in/one'))
    await symlink('one', at('in/two'))

    await expect(confineOptional(at('in/one'), [at('in')])).rejects.toMatchObject({ code: 'COMPOSE_FILE_UNREADABLE' })
  })
})

describe('a file', () => {
  const read = (name: string) => confinedReader([folder])(at(name))

  test('is read with its byte order mark', async () => {
    await writeFile(at('bom'), '\uFEFFé')

    expect(await read('bom')).toBe('\uFEFFé')
  })

  test.each([
    ['not UTF-8', Buffer.from([0x61, 0xe9])],
    ['larger than', Buffer.alloc(4 * 1024 * 1024 + 1)],
  ])('that is %s is refused', async (sentence, bytes) => {
    await writeFile(at('odd'), bytes)

    await expect(read('odd')).rejects.toMatchObject({
      code: 'COMPOSE_FILE_UNREADABLE',
      message: expect.stringContaining(sentence),
    })
  })

  test('that is a folder is refused', async () => {
    await expect(read('in')).rejects.toMatchObject({ message: expect.stringContaining('is not an ordinary file') })
  })
})
