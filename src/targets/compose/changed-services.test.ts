import { expect, test } from 'vitest'
import { composeLabels } from '../../../test/fakes/compose-services.ts'
import type { EngineEvent } from '../../clients/docker/events.ts'
import { changedServices } from './changed-services.ts'

const event = (attributes: Readonly<Record<string, string>>): EngineEvent => ({
  type: 'container',
  action: 'start',
  id: 'id',
  attributes: { name: 'shop-web-1', image: 'web:1', ...attributes },
  at: 0,
})

test('an event of a container of a service is about that service', () => {
  const labels = composeLabels({ project: 'shop', service: 'web', 'container-number': '2' })

  expect(changedServices('local', event(labels))).toEqual(['local/compose/shop/web'])
})

test('an event of any other container is about none', () => {
  expect(changedServices('local', event({}))).toEqual([])
  const usedBy = new Map([['vpn', ['local/compose/shop/web']]])
  expect(changedServices('local', event({ name: 'vpn' }), usedBy)).toEqual(['local/compose/shop/web'])
  expect(changedServices('local', event({ name: 'other' }), usedBy)).toEqual([])
  expect(changedServices('local', event(composeLabels({ project: 'shop', service: 'web', oneoff: 'True' })))).toEqual(
    [],
  )
})
