import { afterEach, beforeEach, expect, test } from 'vitest'
import { composeRollout } from '../../../test/fakes/compose-change.ts'
import { composeContainer, composeLabels, exited, type GivenMember } from '../../../test/fakes/compose-services.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import type { EngineEvent } from '../../clients/docker/events.ts'
import { AppError, type ErrorCode } from '../../errors.ts'
import { add, up } from './apply-up.ts'

const { signal } = new AbortController()
const id = 'b'.repeat(64)
const ended = { ...exited, ExitCode: 3 }
/** As the engine describes one, though nothing was checked. */
const restarting = { Status: 'restarting', Running: true, Restarting: true, Health: { Status: 'unhealthy' } } as const
const event = (action: string, attributes: EngineEvent['attributes'] = {}): EngineEvent => ({
  type: 'container',
  action,
  id,
  attributes,
  at: 0,
})
const byItself = [event('start'), event('die', { exitCode: '3' })]
const joined = `cannot join network of a non running container: ${id}`
const sentence = 'it ended with exit code 3 before what lives in it could be started'

let stage: ReturnType<typeof stageCompose>
beforeEach(() => {
  stage = stageCompose()
  stage.write('compose.yaml', 'services: {}\n')
  stage.world.containers = [of()]
  stage.world.events = byItself
})
afterEach(() => stage.close())

const of = (given: GivenMember = {}) =>
  composeContainer({ labels: composeLabels({ 'project.config_files': stage.path('compose.yaml') }), ...given })

const fails = (words: string, code: ErrorCode, made: GivenMember) => {
  stage.world.onUp = async () => {
    stage.world.containers = [of({ id, image: 'sha256:new', ...made })]
    throw new AppError(code, words)
  }
}

test.each<[string, ErrorCode, string, GivenMember]>([
  ['of its network', 'TARGET_FAILED', joined, { state: ended }],
  [
    'of its network, as newer engines say it',
    'TARGET_FAILED',
    'cannot join network namespace of a non running container: container shop-web-1 is exited',
    { state: ended },
  ],
  ['of its processes', 'TARGET_FAILED', `container ${id} is not running`, { state: ended }],
  [
    'of its memory',
    'TARGET_FAILED',
    `can't join IPC of container ${id}: container ${id} is not running`,
    { state: ended },
  ],
  [
    'while the engine starts it again',
    'TARGET_FAILED',
    `Container ${id} is restarting, wait until the container is running`,
    { state: restarting },
  ],
  ['and was started again since', 'TARGET_FAILED', joined, {}],
  [
    'while Compose waits for it',
    'COMPOSE_DEPENDENCY_UNREADY',
    'dependency failed to start: container shop-web-1 exited (3)',
    { state: ended },
  ],
])('a new version that ended before a service could be one %s is at fault', async (_, code, words, made) => {
  fails(words, code, made)

  const told = { code: 'TARGET_START_FAILED', message: sentence, cause: { message: words } }
  await expect(up(stage.deps, composeRollout(), { signal })).rejects.toMatchObject(told)
})

test('so is one that ended beside the old one', async () => {
  fails(joined, 'TARGET_FAILED', { state: ended })

  const rollout = composeRollout({ order: 'start-first' })
  await expect(add(stage.deps, rollout, { signal })).rejects.toMatchObject({ code: 'TARGET_START_FAILED' })
})

test('so is one whose health check failed while Compose waited for it', async () => {
  const words = 'dependency failed to start: container shop-web-1 is unhealthy'
  fails(words, 'COMPOSE_DEPENDENCY_UNREADY', { state: { Health: { Status: 'unhealthy' } } })

  await expect(up(stage.deps, composeRollout(), { signal })).rejects.toMatchObject({
    code: 'TARGET_START_FAILED',
    message: 'its health check failed before what lives in it could be started',
  })
})

test.each<[string, string, GivenMember, readonly EngineEvent[]]>([
  ['was stopped by hand', joined, { state: ended }, [event('start'), event('kill', { signal: '15' }), event('die')]],
  ['ended with its engine, which remembers no start of it', joined, { state: ended }, []],
  ['is not the one that could not be joined', joined.replace(id, 'c'.repeat(64)), { state: ended }, byItself],
  ['is the old one', joined, { state: ended, image: 'sha256:old' }, byItself],
  ['ended, where something else failed', `no space left on device: ${id}`, { state: ended }, byItself],
  [
    'has a name that only begins so',
    'dependency failed to start: container shop-web-10 exited (1)',
    { state: ended },
    byItself,
  ],
])('one that %s is not', async (_, words, made, events) => {
  stage.world.events = events
  fails(words, 'TARGET_FAILED', made)

  await expect(up(stage.deps, composeRollout(), { signal })).rejects.toMatchObject({
    code: 'TARGET_FAILED',
    message: words,
  })
})

test('nor is one that the engine says nothing more about', async () => {
  fails(joined, 'TARGET_FAILED', { state: ended })
  stage.world.events = null

  await expect(up(stage.deps, composeRollout(), { signal })).rejects.toMatchObject({ code: 'TARGET_FAILED' })
})
