import { expect, test } from 'vitest'
import { fakeDoors } from '../../test/fakes/doors.ts'
import { AppError } from '../errors.ts'
import type { Doors } from './doors.ts'
import { runProgram } from './program.ts'

function outside(given: Partial<Doors> = {}) {
  const { doors, printed, told } = fakeDoors(given)
  return { printed, told, run: (...args: readonly string[]) => runProgram(doors, '1.2.3', args) }
}

test.each([
  [['rnu'], /unknown command 'rnu'\n\(Did you mean run\?\)/],
  [['run', '--onec'], /unknown option '--onec'\n\(Did you mean --once\?\)/],
  [['plan', 'web'], /too many arguments for 'plan'/],
  [['status', '-o', 'yaml'], /Allowed choices are table, json/],
  [['history', '--limit', '0'], /--limit takes a whole number from 1 to 10000, not 0/],
  [['reference'], /missing required argument 'reference'/],
  [['reference', 'NGINX'], /REFERENCE_INVALID: .*"NGINX"/],
])('a mistake in %j exits 2 and is told, not printed', async (args, said) => {
  const { run, printed, told } = outside()

  expect(await run(...args)).toBe(2)

  expect(told.join('')).toMatch(said)
  expect(printed).toEqual([])
})

test.each([[['-o', 'json']], [['-ojson']], [['--output', 'json']], [['--output=json']]])(
  'with %j an error is JSON',
  async (form) => {
    const { run, told } = outside()

    await run('reference', 'NGINX', ...form)

    expect(JSON.parse(told.join(''))).toMatchObject({ error: { code: 'REFERENCE_INVALID' } })
  },
)

test('an error is told with its code and what to do', async () => {
  const { run, told } = outside({ checkConfig: () => Promise.reject(new AppError('CONFIG_NOT_FOUND', '"x": no file')) })

  expect(await run('config', 'check')).toBe(2)

  expect(told.join('')).toBe(
    'CONFIG_NOT_FOUND: "x": no file\nName an existing file with --config or LONGSHORE_CONFIG.\n',
  )
})

test('the help of every command tells of the options that all have', async () => {
  const { run, printed } = outside()

  expect(await run('plan', '--help')).toBe(0)

  expect(printed.join('')).toMatch(/--exit-code[\s\S]*--config <file>[\s\S]*--state <place>/)
})
