import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createFakeControl } from '../../test/fakes/control.ts'
import { checkedConfig, fakeDoors } from '../../test/fakes/doors.ts'
import { serveControl } from '../../test/fakes/served-control.ts'
import type { App } from '../app/app.ts'
import { controlSocket } from '../contract/control.ts'
import { AppError } from '../errors.ts'
import type { Doors } from './doors.ts'
import { openControl } from './open-control.ts'

/** A state folder without a service; with the accesses by which the state was opened. */
function withoutService(given: Partial<Doors> = {}) {
  const stateFolder = mkdtempSync(join(tmpdir(), 'longshore-alone-'))
  onTestFinished(() => rmSync(stateFolder, { recursive: true }))
  const accesses: string[] = []
  const { control, called } = createFakeControl()
  const unused = () => Promise.reject(new Error('not used here'))
  const { doors } = fakeDoors({
    checkConfig: async () => checkedConfig(stateFolder),
    openApp: async ({ access, replacesState = false }) => {
      accesses.push(replacesState ? `${access}, replacing` : access)
      const queue = { add: unused, close: async () => {} }
      return {
        app: {} as App,
        queue,
        registries: () => [],
        control,
        serveControl: unused,
        servePublic: unused,
        serveMetrics: unused,
        close: async () => {},
      } // nobody looks at it
    },
    ...given,
  })
  return { stateFolder, accesses, called, doors }
}

test('a running service is reached over its socket, and the state is not opened', async () => {
  const { control, called } = createFakeControl()
  const { stateFolder } = await serveControl(control)
  const { doors, accesses } = withoutService({ checkConfig: async () => checkedConfig(stateFolder) })

  const opened = await openControl(doors, {}, 'say')
  await opened.control.unpin('web', { actor: 'ada', reason: null })

  expect(opened.isService).toBe(true)
  expect(called).toEqual([['unpin', 'web', { actor: 'ada', reason: null }]])
  expect(accesses).toEqual([])
})

test.each([
  ['say', 'owner'],
  ['ask', 'reader'],
] as const)('without a service, who would %s opens the state as %s', async (purpose, access) => {
  const { doors, accesses, called } = withoutService()

  const opened = await openControl(doors, {}, purpose)
  await opened.control.why('web')
  await opened.close()

  expect(opened.isService).toBe(false)
  expect(accesses).toEqual([access])
  expect(called).toEqual([['why', 'web']])
})

test('a socket that a killed service left counts as none', async () => {
  const { stateFolder, doors, accesses } = withoutService()
  const path = JSON.stringify(controlSocket(stateFolder))
  spawnSync(process.execPath, [
    '-e',
    `require('net').createServer().listen(${path}, () => process.kill(process.pid, 'SIGKILL'))`,
  ])

  expect((await openControl(doors, {}, 'say')).isService).toBe(false)

  expect(accesses).toEqual(['owner'])
})

test('where no service could listen, since the path would be too long, there is none', async () => {
  const stateFolder = join(tmpdir(), 's'.repeat(120))
  const { doors, accesses } = withoutService({ checkConfig: async () => checkedConfig(stateFolder) })

  expect((await openControl(doors, {}, 'say')).isService).toBe(false)

  expect(accesses).toEqual(['owner'])
})

test('a state in use by somebody who listens nowhere is told with the socket that was looked for', async () => {
  const locked = new AppError('STATE_LOCKED', 'the state in /x is in use by another longshore (pid 7)')
  const { stateFolder, doors } = withoutService({ openApp: () => Promise.reject(locked) })

  await expect(openControl(doors, {}, 'say')).rejects.toMatchObject({
    code: 'STATE_LOCKED',
    message: expect.stringContaining(
      `${locked.message}, which listens at no control socket (${controlSocket(stateFolder)})`,
    ),
  })
})
