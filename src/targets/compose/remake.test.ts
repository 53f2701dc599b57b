import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { composeRollout } from '../../../test/fakes/compose-change.ts'
import {
  composeContainer,
  composeLabels,
  created,
  exited,
  type GivenMember,
} from '../../../test/fakes/compose-services.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import { AppError } from '../../errors.ts'
import type { ComposedDependant } from '../../rollout/dependant.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { createRemaking } from './remake.ts'

const { signal } = new AbortController()
const text = 'services:\n  aside:\n    image: web:1\n  web:\n    image: web:1\n'
let stage: ReturnType<typeof stageCompose>
beforeEach(() => {
  stage = stageCompose()
  stage.write('compose.yaml', text)
  stage.world.images.set('web:1', { Id: 'sha256:old' })
})
afterEach(() => stage.close())

const of = (given: GivenMember = {}) =>
  composeContainer({
    ...given,
    inspect: { Config: { Image: 'web:1' }, ...given.inspect },
    labels: {
      ...composeLabels({ 'project.config_files': stage.path('compose.yaml'), 'project.working_dir': stage.folder }),
      ...given.labels,
    },
  })
const dependant = (service: string, wasRunning = true): ComposedDependant => ({
  name: `shop/${service}`,
  instances: [`shop-${service}-1-id`],
  image: 'sha256:old',
  reference: 'web:1',
  wasRunning,
})
const setOf = (...composed: readonly ComposedDependant[]): Rollout => composeRollout({ definition: null, composed })
const remaking = () => createRemaking(stage.deps)
const forward = { isWayBack: false, captured: null }
const ups = () => stage.world.ups.map(({ services, options }) => ({ services, scale: options.scale }))

describe('made again', () => {
  test('are each in their turn, what does not run apart from what does', async () => {
    stage.world.containers = [of(), of({ service: 'aside', state: exited })]

    await remaking().remake(setOf(dependant('web'), dependant('aside', false)), forward, signal)

    expect(ups().map(({ services }) => services)).toEqual([['web'], ['aside']])
    expect(stage.world.ups.map(({ options }) => options.noStart ?? false)).toEqual([false, true])
  })

  test('are as many as there were, without what an `up` that was killed left beside them', async () => {
    const labels = composeLabels({ replace: 'shop-web-1-id' })
    const half = of({ number: 1, id: 'half', name: '0123456789ab_shop-web-1', state: created, labels })
    stage.world.containers = [of(), of({ number: 2 }), half]

    await remaking().remake(setOf(dependant('web')), forward, signal)

    expect(ups()).toEqual([{ services: ['web'], scale: { web: 2 } }])
  })
})

describe('before anything is touched', () => {
  const whyNot = async (...services: readonly ComposedDependant[]) =>
    (await remaking().whyNot(services, signal))?.code ?? null

  test('what was only ever made is compared with its files too', async () => {
    stage.world.containers = [of({ state: created })]
    expect(await whyNot(dependant('web', false))).toBeNull()

    stage.write('compose.yaml', `${text}# edited`)
    stage.world.hash = 'other'
    expect(await whyNot(dependant('web', false))).toBe('COMPOSE_DRIFT')
  })

  test('no file is read that lies elsewhere, whatever state its containers are in', async () => {
    stage.write('compose.yaml', text.replace('  web:\n', '  web:\n    env_file: /etc/hostname\n'))
    stage.world.containers = [of({ state: created })]

    expect(await whyNot(dependant('web', false))).toBe('COMPOSE_PATH_REFUSED')
  })

  test('one that does not run may depend on others that do not', async () => {
    const labels = composeLabels({ depends_on: 'db:service_started:false' })
    stage.world.containers = [of({ labels, state: exited }), of({ service: 'db', state: exited })]

    expect(await whyNot(dependant('web', false))).toBeNull()
    expect(await whyNot(dependant('web'))).toBe('DEPENDENCY_NOT_READY')
  })

  test('one that uses something which is gone is not begun with', async () => {
    const inspect = { Config: { Image: 'web:1' }, HostConfig: { VolumesFrom: ['gone'] } }
    stage.world.containers = [of({ inspect })]

    expect(await whyNot(dependant('web'))).toBe('PROVIDER_GONE')
  })

  test('Compose tries it out, so that a right that it lacks is told then', async () => {
    stage.world.containers = [of()]
    await remaking().capture([dependant('web')], signal)
    expect(stage.world.dryRuns).toMatchObject([{ services: ['web'], options: { forceRecreate: true } }])

    const dryRunUp = () => Promise.reject(new AppError('TARGET_FORBIDDEN', 'the proxy refuses GET /info'))
    stage.deps = { ...stage.deps, compose: { ...stage.deps.compose, dryRunUp } }
    await expect(remaking().capture([dependant('web')], signal)).rejects.toMatchObject({ code: 'TARGET_FORBIDDEN' })
  })
})

test('what was made half by an `up` that was killed, with the state lost, is made again', async () => {
  stage.world.containers = [of({ state: created })]
  stage.world.hash = 'other'

  await remaking().remake(setOf(dependant('web')), forward, signal)

  expect(ups()).toMatchObject([{ services: ['web'] }])
})

test('on the way back what is there is started where Compose cannot make it again', async () => {
  stage.world.containers = [of({ state: exited })]
  const refused = new AppError('TARGET_FORBIDDEN', 'the proxy refuses DELETE /containers/web')
  stage.world.onUp = async () => {
    throw refused
  }

  await expect(remaking().remake(setOf(dependant('web')), { isWayBack: true, captured: null }, signal)).rejects.toBe(
    refused,
  )

  expect(stage.world.done).toContain('start shop-web-1-id')
})
