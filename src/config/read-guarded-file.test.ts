import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { appError, useConfigFolder } from '../../test/fakes/config-folder.ts'
import type { AppError } from '../errors.ts'
import { loadConfig } from './load.ts'

const { path, load } = useConfigFolder()

test('a file larger than 1 MiB, without text or that is no file is refused', async () => {
  expect((await appError(load(' '.repeat(1024 * 1024 + 1)))).message).toContain('is larger than')
  await load(' '.repeat(1024 * 1024))
  await writeFile(path(), Buffer.from([0xff, 0xfe, 0x41]))
  expect((await appError(loadConfig({ file: path(), env: {} }))).message).toContain('is not UTF-8')
  expect((await appError(loadConfig({ file: path('.'), env: {} }))).message).toContain('is not an ordinary file')
})

describe('a file that others may write', () => {
  test.each([0o620, 0o602, 0o666])('is refused with mode %o', async (mode) => {
    await writeFile(path(), 'watch: all')
    await chmod(path(), mode)

    expect(await appError(loadConfig({ file: path(), env: {} }))).toMatchObject({ code: 'CONFIG_UNSAFE' })
  })

  test.each([0o400, 0o644, 0o640])('is no other one: mode %o is fine', async (mode) => {
    await writeFile(path(), 'watch: all')
    await chmod(path(), mode)

    expect(await loadConfig({ file: path(), env: {} })).toMatchObject({ watch: 'all' })
  })

  test('is also one in a folder where everybody could swap it, behind a link too', async () => {
    await mkdir(path('open'))
    const inOpen = path('open/longshore.yml')
    await writeFile(inOpen, 'watch: all', { mode: 0o600 })
    await symlink(inOpen, path())
    const codes = async () => [
      await loadConfig({ file: inOpen, env: {} }).then(
        () => 'read',
        (error: AppError) => error.code,
      ),
      await loadConfig({ file: path(), env: {} }).then(
        () => 'read',
        (error: AppError) => error.code,
      ),
    ]

    await chmod(path('open'), 0o777)
    expect(await codes()).toEqual(['CONFIG_UNSAFE', 'CONFIG_UNSAFE'])
    await chmod(path('open'), 0o1777)
    expect(await codes()).toEqual(['read', 'read'])
  })
})
