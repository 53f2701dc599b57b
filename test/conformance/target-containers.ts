import { createDockerTarget } from '../../src/targets/docker/docker-target.ts'
import { openEngine } from '../../src/targets/engine/open-engine.ts'
import type { TargetHarness } from './target-harness.ts'
import { nobody, openEnginePlace } from './target-place.ts'

/** Plain containers, run as their owner does. */
export async function openContainers(): Promise<TargetHarness> {
  const place = await openEnginePlace()
  const { cli } = place
  const there = ['pull', 'protect', 'create'] as const
  const target = createDockerTarget(openEngine({ name: 'local', host: place.host }))
  await cli('network', 'create', 'kit')
  return {
    ...place,
    target,
    unreachable: createDockerTarget(openEngine({ name: 'local', host: nobody })),
    nameOf: (name) => name,
    async run(name, image, labels = {}) {
      await cli('rm', '-f', name)
      const given = Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`])
      const options = ['--name', name, '--network', 'kit', '--restart', 'unless-stopped', ...given]
      await cli('run', '-d', ...options, image)
    },
    print: place.printIn,
    files: async () => [],
    ways: [
      {
        order: 'stop-first',
        there: [...there, 'disarm-old', 'stop-old', 'rename-old', 'rename-new', 'start-new', 'arm-new'],
        back: [
          'stop-new',
          'rename-new-back',
          'rename-old-back',
          'arm-old',
          'start-old',
          'connect-old',
          'tag-back',
          'remove-new',
        ],
      },
      {
        order: 'start-first',
        there: [
          ...there,
          'start-new',
          'connect-new',
          'rename-old',
          'rename-new',
          'withdraw-old',
          'disarm-old',
          'stop-old',
          'arm-new',
        ],
        back: [
          'stop-new',
          'rename-new-back',
          'rename-old-back',
          'arm-old',
          'start-old',
          'connect-old',
          'tag-back',
          'remove-new',
        ],
      },
    ],
    traces: there,
    async close() {
      target.close()
      await place.close()
    },
  }
}
