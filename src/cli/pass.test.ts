import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import { noWorkloads, tellFailures } from './pass.ts'

const failures = [{ subject: 'local', error: new AppError('TARGET_UNAVAILABLE', 'no engine listens at /x') }]

test('never says that nothing is watched when a target could not be looked at', () => {
  expect(noWorkloads([])).toMatch(/^No watched workload was found\.\nGive a container/)
  expect(noWorkloads(failures)).toMatch(/^Not everything could be looked at/)
})

test('says with each failure what to do about it', () => {
  const told: string[] = []

  tellFailures({ tell: (text) => told.push(text) }, failures)

  expect(told.join('')).toBe(
    'local: TARGET_UNAVAILABLE: no engine listens at /x\nStart the engine, or name its socket with DOCKER_HOST.\n',
  )
})
