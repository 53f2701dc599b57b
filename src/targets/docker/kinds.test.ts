import { expect, test } from 'vitest'
import type { ContainerInspect, HostConfig } from '../../clients/docker/shapes.ts'
import { readCaptured } from './captured.ts'
import { leftAlone } from './left-alone.ts'

function container(status: string, host: HostConfig = {}, image = 'web:1') {
  const State = { Status: status, Running: status === 'running', Restarting: false, Paused: status === 'paused' }
  const inspect = { Id: 'ab'.repeat(32), Name: '/web', Image: `sha256:${'cd'.repeat(32)}`, State, HostConfig: host }
  return { ...inspect, Config: { Image: image }, NetworkSettings: {} } as unknown as ContainerInspect // what is read here
}

const usual = { labels: {}, isImageKnown: true, failure: null, self: { container: null, hostname: 'server' } }
// Others add to what is known of the surroundings; none of it matters here.
const why = (subject: ContainerInspect) => leftAlone(subject, usual as unknown as Parameters<typeof leftAlone>[1])

test.each([
  ['created', 'it was never started'],
  ['exited', 'it is not running'],
  ['dead', 'it is dead: the engine failed to remove it'],
])('one that is %s is left alone unless `stopped` says otherwise', (status, sentence) => {
  expect(why(container(status))).toEqual({
    code: 'STOPPED',
    sentence,
    liftedBy: { setting: 'stopped', next: null },
  })
})

test('one that removes itself is left alone unless `autoRemove` says otherwise', () => {
  expect(why(container('running', { AutoRemove: true }))).toMatchObject({
    code: 'AUTO_REMOVE',
    liftedBy: { setting: 'autoRemove', next: null },
  })
})

test('one that removes itself and never ran asks for both', () => {
  expect(why(container('created', { AutoRemove: true }))).toMatchObject({
    code: 'AUTO_REMOVE',
    liftedBy: { setting: 'autoRemove', next: { code: 'STOPPED', liftedBy: { setting: 'stopped', next: null } } },
  })
})

test.each([
  ['paused', 'web:1', 'PAUSED'],
  ['exited', `sha256:${'cd'.repeat(32)}`, 'NOT_A_TAG'],
])('no setting lifts what lies in the way of one that is %s, of %s', (status, image, code) => {
  const found = why(container(status, { AutoRemove: true }, image))

  expect(found?.code).toBe(code)
  expect(found?.liftedBy).toBeUndefined()
})

test('what was captured is read back, and nothing else is taken for it', () => {
  const captured = { container: container('running'), image: { Id: 'sha256:1' } }

  expect(readCaptured(structuredClone(captured))).toEqual(captured)
  for (const other of [null, undefined, {}, { container: captured.container, image: null }, 'text']) {
    expect(() => readCaptured(other)).toThrow('does not hold the settings')
  }
})
