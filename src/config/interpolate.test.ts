import { chmod, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { useConfigFolder } from '../../test/fakes/config-folder.ts'
import { interpolate } from './interpolate.ts'

const { path, load, problems } = useConfigFolder()

describe('interpolation', () => {
  const registry = (password: string) => `registries: [{host: a.b, username: u, password: ${password}}]`

  test('puts variables and files into values of every type', async () => {
    const secretFile = path('password')
    await writeFile(secretFile, 'from-the-file\n', { mode: 0o600 })
    const text = `
watch: \${WATCH:-all}
defaults: {keepImages: "\${COUNT}", keepOld: "\${MINUTES}m"}
registries: [{host: a.b, plainHttp: "\${HTTP}", username: u, password: "\${file:${secretFile}}"}]
`

    const config = await load(text, { env: { COUNT: '7', MINUTES: '3', HTTP: 'true' } })

    expect(config).toMatchObject({ watch: 'all', defaults: { keepImages: 7, keepOldMs: 180_000 } })
    expect(config.registries[0]).toMatchObject({ plainHttp: true })
    expect(config.registries[0]?.credentials?.password.reveal()).toBe('from-the-file')
  })

  test('leaves keys alone, and comments', async () => {
    expect(await problems('# ${NOTHING}\n"${A}": 1', { env: { A: 'watch' } })).toEqual([
      'longshore.yml:2: ["${A}"]: unknown key',
    ])
  })

  test('cannot make structure out of a value', async () => {
    const config = await load(registry('"${PW}"'), { env: { PW: 'x"}, {host: evil' } })

    expect(config.registries).toHaveLength(1)
    expect(config.registries[0]?.credentials?.password.reveal()).toBe('x"}, {host: evil')
  })

  test('names file, line and key of what is missing, once', async () => {
    const missing = path('nothing')
    const text = `log:\n  level: \${LEVEL}\nwatch: \${file:${missing}}\nstate: \${file:relative}\n`

    expect(await problems(text)).toEqual([
      'longshore.yml:2: log.level: reads the variable LEVEL, which is not set',
      `longshore.yml:3: watch: reads a file that cannot be used: "${missing}": there is no such file`,
      'longshore.yml:4: state: has a ${file:…} whose path does not begin with /',
    ])
  })

  test('refuses a secret file that others may write, and one that is too large', async () => {
    const secretFile = path('password')
    await writeFile(secretFile, 'x'.repeat(65 * 1024))
    await chmod(secretFile, 0o600)
    expect((await problems(registry(`"\${file:${secretFile}}"`)))[0]).toContain('is larger than')
    await chmod(secretFile, 0o666)
    expect((await problems(registry(`"\${file:${secretFile}}"`)))[0]).toContain('group or others may write it')
  })

  test.each([
    ['$$', '$'],
    ['$${A}', '${A}'],
    ['a$', 'a$'],
    ['^x{7}$|$1', '^x{7}$|$1'],
    ['${A}${A}', 'oneone'],
    ['${A:-two}', 'one'],
    ['${EMPTY:-two}', 'two'],
    ['${NONE:-}', ''],
    ['${NONE:-a b:-c}', 'a b:-c'],
    ['${TRICK}', '${A}'],
  ])('%s is %j', async (text, expected) => {
    const env = { A: 'one', EMPTY: '', TRICK: '${A}' }

    expect(await interpolate({ env, readSecretFile: async () => ({ text: '' }) }, text)).toEqual({ text: expected })
  })

  test.each(['$A', '${A', '${}', '${A-x}', '${A:x}', '${1}', '${toString}', '${NONE}'])(
    '%s is a problem',
    async (text) => {
      const sources = { env: { A: 'one' }, readSecretFile: async () => ({ text: '' }) }

      expect(await interpolate(sources, text)).toHaveProperty('problem')
    },
  )
})
