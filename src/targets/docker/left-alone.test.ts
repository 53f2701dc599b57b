import { expect, test } from 'vitest'
import type { ContainerInspect, HostConfig } from '../../clients/docker/shapes.ts'
import { leftAlone, type Circumstances } from './left-alone.ts'

const id = 'ab'.repeat(32)
const imageId = `sha256:${'cd'.repeat(32)}`

function container(given: { name?: string; image?: string; host?: HostConfig; isRunning?: boolean } = {}) {
  const { name = 'web', image = 'web:1', host = {}, isRunning = true } = given
  const state = { Status: isRunning ? 'running' : 'exited', Running: isRunning, Restarting: false, Paused: false }
  const inspect = {
    Id: name === 'web' ? id : `${name}-id`,
    Name: `/${name}`,
    Image: imageId,
    State: state,
    Config: { Image: image },
    HostConfig: host,
    NetworkSettings: {},
  }
  return inspect as unknown as ContainerInspect // only what is read here
}

const usual: Circumstances = {
  labels: {},
  isImageKnown: true,
  failure: null,
  self: { container: null, hostname: 'server' },
  unfit: null,
  follows: false,
}
const code = (subject: ContainerInspect, circumstances: Partial<Circumstances> = {}) =>
  leftAlone(subject, { ...usual, ...circumstances })?.code

test('a running container of a tag is not left alone, also while it crashes and is restarted', () => {
  const crashing = container()

  expect(code(container())).toBeUndefined()
  expect(code({ ...crashing, State: { ...crashing.State, Running: false, Restarting: true } })).toBeUndefined()
})

test('we are, before anything else', () => {
  const labels = { 'com.docker.compose.project': 'shop' }

  expect(code(container(), { labels, self: { container: null, hostname: id.slice(0, 12) } })).toBe('SELF')
})

test.each([imageId, imageId.slice(7), 'cdcdcdcd', `web@${imageId}`, `web:1@${imageId}`, ''])(
  'one created from %j has no tag to follow',
  (image) => {
    expect(code(container({ image }))).toBe('NOT_A_TAG')
  },
)

test.each(['cafe', 'cdcdcdcd-not', 'localhost:5000/web', 'web'])('%s is a name and no id', (image) => {
  expect(code(container({ image }))).toBeUndefined()
})

test('one whose image is gone is, since its own settings cannot be told apart', () => {
  expect(code(container(), { isImageKnown: false })).toBe('IMAGE_GONE')
})

test('one whose set cannot be rolled out waits for that, whether it runs or not', () => {
  const unfit = { code: 'DEPENDENT', sentence: 'its dependant app would break: it is paused', isHeld: true }

  expect(leftAlone(container(), { ...usual, unfit })).toEqual(unfit)
  expect(code(container({ isRunning: false }), { unfit })).toBe('DEPENDENT')
})

test('one that is stopped is', () => {
  expect(code(container({ isRunning: false }))).toBe('STOPPED')
})

test.each([
  [{ project: 'shop', oneoff: 'True' }, 'it was made by `docker compose run` in the project shop'],
  [{ project: 'shop' }, 'it belongs to the Compose project shop, which owns it'],
])('one of a Compose project and of no service is, with the reason: %j', (given, sentence) => {
  const labels = Object.fromEntries(Object.entries(given).map(([key, value]) => [`com.docker.compose.${key}`, value]))

  expect(leftAlone(container(), { ...usual, labels })).toEqual({ code: 'COMPOSE_SERVICE', sentence })
})

test.each(['web.longshore-next', 'web.longshore-prev', 'web.longshore-prev.0123456789ab'])(
  'one of a name that we give beside that of a workload (%s) is left alone, whatever is set',
  (name) => {
    const stopped = container({ name, isRunning: false })

    expect(leftAlone(stopped, usual)).toMatchObject({ code: 'STOPPED', sentence: expect.stringContaining('rename it') })
    expect(leftAlone(stopped, { ...usual, follows: true })).not.toHaveProperty('liftedBy')
    expect(code(container({ name }))).toBe('NAME_RESERVED')
  },
)
