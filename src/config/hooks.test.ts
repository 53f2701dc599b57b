import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { appError, useConfigFolder } from '../../test/fakes/config-folder.ts'

const { load, path, problems } = useConfigFolder()

const hooks = (text: string) => `defaults:\n  hooks:\n    ${text}\n`
const rule = (text: string) => `workloads:\n  - match: {name: db}\n    hooks:\n      ${text}\n`

test('a hook may stand alone or in a list, runs without a shell unless one is asked for, and has limits', async () => {
  const text = hooks(
    'beforeRollout: {exec: [pg_dump, -U, app], user: postgres}\n    afterRollback: [{run: {shell: "a | b"}}]',
  )

  const { defaults } = await load(text)

  expect(defaults.hooks).toEqual({
    beforeRollout: [
      {
        name: 'pg_dump',
        place: 'inside',
        command: ['pg_dump', '-U', 'app'],
        user: 'postgres',
        instances: 'first',
        timeoutMs: 300_000,
        onFailure: 'stop',
        whenDown: 'skip',
      },
    ],
    afterRollout: [],
    beforeRollback: [],
    afterRollback: [
      expect.objectContaining({
        name: 'shell',
        place: 'here',
        command: ['/bin/sh', '-c', 'a | b'],
        timeoutMs: 30_000,
        onFailure: 'continue',
      }),
    ],
  })
  expect(defaults.hookRetryMs).toBe(300_000)
})

test('a rule says which moments it changes', async () => {
  const { rules } = await load(rule('{afterRollout: [], retry: 1m}'))

  expect(rules[0]?.settings).toMatchObject({ hooks: { afterRollout: [] }, hookRetryMs: 60_000 })
  expect(rules[0]?.settings.hooks?.beforeRollout).toBeUndefined()
})

test.each([
  ['both commands', 'beforeRollout: {exec: [a], run: [b]}', 'needs exactly one of exec and run'],
  ['no command', 'beforeRollout: {timeout: 5m}', 'needs exactly one of exec and run'],
  ['a command as text', 'beforeRollout: {run: "a b"}', /must be a program with its arguments as a list/],
  ['an empty command', 'beforeRollout: {run: []}', /must be a program with its arguments as a list/],
  ['a program by a relative path', 'beforeRollout: {run: [./a]}', /must be a program with its arguments as a list/],
  ['a user here', 'beforeRollout: {run: [a], user: root}', 'has user, which only exec has'],
  ['a rollback that waits long', 'beforeRollback: {run: [a], timeout: 1h}', 'must be at most 5m'],
  ['a failure that would hold up a rollback', 'beforeRollback: {run: [a], onFailure: stop}', /unknown key/],
  [
    'a rollback before anything happened',
    'beforeRollout: {run: [a], onFailure: rollback}',
    /must be one of stop, continue/,
  ],
  ['too many', `beforeRollout: [${'{run: [a]}, '.repeat(9)}]`, 'must have at most 8 entries'],
  ['a moment that there is not', 'beforeUpdate: {run: [a]}', /unknown key/],
])('refuses %s', async (_, text, sentence) => {
  const found = await problems(hooks(text))

  expect(found.join('\n')).toMatch(sentence)
  expect(found.join('\n')).toContain('hooks.before')
})

describe('what a hook runs here may be changed by its owner alone', () => {
  test.each<[string, (script: string) => Promise<string>]>([
    ['a script that its group may write', async (script) => (await chmod(script, 0o775), script)],
    ['a script that others may write', async (script) => (await chmod(script, 0o757), script)],
    ['a folder above it that everybody may write to', async (script) => (await chmod(path('open'), 0o777), script)],
    [
      'a link to it from such a folder',
      async (script) => {
        await mkdir(path('linked'))
        await symlink(script, path('linked/link.sh'))
        await chmod(path('linked'), 0o777)
        return path('linked/link.sh')
      },
    ],
  ])('refuses %s', async (_, spoil) => {
    await mkdir(path('open'))
    await writeFile(path('open/dump.sh'), '#!/bin/sh\n', { mode: 0o755 })
    const script = await spoil(path('open/dump.sh'))

    for (const command of [`[${script}]`, `[sh, ${script}]`]) {
      const { code, message } = await appError(load(rule(`{beforeRollout: {run: ${command}}}`)))
      expect(code).toBe('CONFIG_UNSAFE')
      expect(message).toContain('workloads[0].hooks.beforeRollout[0] runs it')
    }
  })

  test('accepts a script that is not there yet, and what runs inside a container', async () => {
    await load(rule(`{beforeRollout: [{run: [${path('missing.sh')}]}, {exec: [/tmp]}]}`))
  })
})

test('a hook that calls us is not told that its own variables are mistyped', async () => {
  expect(await load('', { env: { LONGSHORE_WORKLOAD: 'local/container/web', LONGSHORE_TO_DIGEST: 'x' } })).toBeDefined()
  expect((await appError(load('', { env: { LONGSHORE_WORKLOD: 'x' } }))).code).toBe('CONFIG_INVALID')
})
