import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readImageSettings } from './image-settings.ts'

test('reads the defaults of a configuration document', () => {
  const document = {
    architecture: 'amd64',
    config: {
      Env: ['A=1'],
      Cmd: ['serve'],
      User: '1000',
      ExposedPorts: { '80/tcp': {} },
      Healthcheck: { Test: ['CMD', 'probe'], Interval: 5 },
    },
  }

  expect(readImageSettings(document)).toEqual({
    Env: ['A=1'],
    Cmd: ['serve'],
    User: '1000',
    ExposedPorts: { '80/tcp': {} },
    Volumes: {},
    Labels: {},
    Healthcheck: { Test: ['CMD', 'probe'], Interval: 5 },
  })
})

test('reads whatever a registry serves, and takes nothing of a wrong type', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (config) => {
      expect(readImageSettings({ config }).Labels).toBeDefined()
    }),
  )
  expect(readImageSettings({ config: { Env: 'A=1', User: 7 } })).toEqual({ ExposedPorts: {}, Volumes: {}, Labels: {} })
})
