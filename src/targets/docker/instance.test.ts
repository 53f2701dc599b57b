import { expect, test } from 'vitest'
import type { ContainerSummary } from '../../clients/docker/containers.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { newAmong } from './instance.ts'
import { operationLabel, replacesLabel } from './labels.ts'

// Only what is read here.
const rollout = { id: 'r1', name: 'web', oldInstance: 'old' } as Rollout

const made = (id: string, name: string, operation = 'r1', replaces = 'old'): ContainerSummary => {
  const labels = { [operationLabel]: operation, [replacesLabel]: replaces }
  return { id, name, image: 'web:1', imageId: 'i1', labels, state: 'running' }
}

test.each([
  ['by its label', [made('other', 'web', 'r0'), made('new', 'renamed')], 'new'],
  [
    'before one that a tool copied with all labels',
    [made('copy', 'web-copy'), made('new', 'web.longshore-next')],
    'new',
  ],
  ['before a copy under the name of the workload, too', [made('copy', 'web-copy'), made('new', 'web')], 'new'],
  ['never as the old instance', [made('old', 'web')], undefined],
  ['never as one of its dependants', [made('app', 'app', 'r1', 'old-app')], undefined],
] as const)('the new instance is found %s', (_, summaries, expected) => {
  expect(newAmong(summaries, rollout)?.id).toBe(expected)
})
