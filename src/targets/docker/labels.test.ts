import { describe, expect, test } from 'vitest'
import { noHooks } from '../../rollout/hooks.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { decodeIntent, encodeIntent } from './intent.ts'
import { operationLabels, readNetworks } from './labels.ts'
import { ownLabels } from '../engine/own-labels.ts'

const digest = `sha256:${'0'.repeat(64)}` as Rollout['digest'] // the brand exists in types alone
const rollout: Rollout = {
  id: 'r1',
  workload: 'local/container/web',
  target: 'local',
  name: 'web',
  procedure: 'replace',
  oldInstance: 'old',
  stopped: null,
  removesItself: false,
  dependants: [],
  follows: null,
  scale: 1,
  image: 'web:1',
  fromReference: 'web:1',
  definition: null,
  repository: 'web',
  tag: '1',
  digest,
  fromDigest: null,
  fromImage: 'sha256:1',
  order: 'stop-first',
  gate: { stableMs: 1, minUptimeMs: 1, deadlineMs: 1, restartsMax: 2, probe: null },
  restart: 'always',
  tagBefore: null,
  keepOldMs: 0,
  keepImages: 1,
  hooks: noHooks,
  policy: 'digest',
  createdAt: '2026-01-01T00:00:00.000Z',
  stage: 'forward',
  outcome: null,
  reason: null,
  candidateAtFault: false,
  step: 'J3',
  attempted: ['pull', 'protect', 'capture', 'create'],
  failures: [],
  hookResults: [],
  gateProgress: null,
  proven: [],
  checkProgress: null,
  toImage: 'sha256:2',
  gapMs: null,
  logTail: null,
  keepUntil: null,
  endedAt: null,
}

describe('labels', () => {
  test('that equal the image’s are the image’s, whatever they say', () => {
    const labels = { 'longshore.watch': 'true', 'longshore.operation': 'forged', mine: '1' }

    expect(ownLabels(labels, { 'longshore.watch': 'true', 'longshore.operation': 'forged', mine: '2' })).toEqual({
      mine: '1',
    })
    expect(ownLabels(labels, {})).toEqual(labels)
  })

  test('of an image that is not known are nobody’s', () => {
    expect(ownLabels({ 'longshore.watch': 'true' }, null)).toEqual({})
  })
})

describe('what we write on an instance', () => {
  test('gives the rollout and the networks back', () => {
    const networks = [{ network: 'front', endpoint: { Aliases: ['web'], IPAMConfig: { IPv4Address: '10.0.0.9' } } }]

    const labels = operationLabels(rollout, networks)

    expect(labels).toMatchObject({ 'longshore.operation': 'r1', 'longshore.operation.replaces': 'old' })
    expect(decodeIntent(labels['longshore.operation.intent'] ?? '')).toEqual(rollout)
    expect(readNetworks(labels)).toEqual(networks)
  })

  test('knows its dependants, and believes nothing else in their place', () => {
    const app = { instance: 'i', name: 'app', image: 'sha256:a', restart: 'always', wasRunning: true, by: ['network'] }
    const set = {
      ...rollout,
      dependants: [app],
      follows: { how: 'recreate', provider: 'vpn', sentence: 'it follows', isLeftStopped: true },
    }

    expect(decodeIntent(JSON.stringify(set))).toEqual(set)
    for (const wrong of [{ instance: '' }, { wasRunning: 1 }, { by: ['wish'] }, { name: null }]) {
      expect(decodeIntent(JSON.stringify({ ...set, dependants: [{ ...app, ...wrong }] }))).toBeNull()
    }
  })

  test('has no probe, and gives none to whoever reads it: no label becomes a command', () => {
    const gate = { ...rollout.gate, probe: { kind: 'exec', command: ['/check', 'secret'] } } as const

    expect(encodeIntent({ ...rollout, gate })).not.toContain('secret')
    expect(decodeIntent(JSON.stringify({ ...rollout, gate }))?.gate.probe).toBeNull()
  })

  test('has no hooks, and gives none to whoever reads it, however a stranger writes them', () => {
    const hook = {
      name: 'own it',
      place: 'here',
      command: ['/bin/sh', '-c', 'secret'],
      user: null,
      instances: 'first',
      timeoutMs: 1000,
      onFailure: 'continue',
      whenDown: 'run',
    } as const
    const hooks = { beforeRollout: [hook], afterRollout: [hook], beforeRollback: [hook], afterRollback: [hook] }
    const hostile = { ...rollout, hooks, hookResults: [{ outcome: 'done' }], attempted: ['hook-before-rollout'] }

    expect(encodeIntent({ ...rollout, hooks })).not.toContain('secret')
    for (const each of [
      hostile,
      { ...hostile, hooks: { ...hooks, constructor: [hook] } },
      { ...hostile, hooks: 'x' },
    ]) {
      expect(decodeIntent(JSON.stringify(each))).toMatchObject({ hooks: noHooks, hookResults: [] })
    }
  })

  test.each(['', '{}', 'null', '[]', '{"__proto__":{"id":"x"}}', encodeIntent(rollout).slice(0, -1)])(
    'is not believed when it is damaged: %s',
    (text) => {
      expect(decodeIntent(text)).toBeNull()
      expect(readNetworks({ 'longshore.operation.networks': text })).toEqual(text === '[]' ? [] : null)
    },
  )

  test.each([
    ['digest', 'sha256:0'],
    ['order', 'both'],
    ['attempted', ['destroy']],
    ['gate', { stableMs: '1' }],
    ['stage', 'unknown'],
    ['id', ''],
  ])('is not believed when its %s is wrong', (field, value) => {
    expect(decodeIntent(JSON.stringify({ ...rollout, [field]: value }))).toBeNull()
  })
})
