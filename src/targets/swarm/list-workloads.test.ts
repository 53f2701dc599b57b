import { describe, expect, test } from 'vitest'
import { swarmService } from '../../../test/fakes/swarm-manager.ts'
import type { Service } from '../../clients/docker/services.ts'
import { AppError } from '../../errors.ts'
import { examine } from './examine.ts'
import { listWorkloads, outOfSight } from './list-workloads.ts'

const signal = new AbortController().signal
const forbidden = new AppError('TARGET_FORBIDDEN', 'no')

type Answer = readonly Service[] | 'no-swarm' | 'worker' | AppError

function engineThat(answers: readonly Answer[]) {
  const left = [...answers]
  return {
    async listServices() {
      const answer = left.shift() ?? 'no-swarm'
      if (answer instanceof AppError) throw answer
      return answer
    },
    listNodes: async () => [],
    listTasks: async () => [],
  }
}

describe('services of an engine', () => {
  test.each<readonly [string, Answer, number, string | null]>([
    ['that manages a Swarm', [swarmService()], 1, null],
    ['in no Swarm', 'no-swarm', 0, null],
    ['that is a worker', 'worker', 0, 'its engine is a worker of the Swarm, whose services only a manager tells'],
    ['that does not let us', forbidden, 0, 'its engine does not let us see the services of a Swarm'],
  ])('%s', async (_, answer, many, why) => {
    const clock = { elapsed: () => 0 }
    const deps = { target: 'local', clock, engine: engineThat([answer]), role: { kind: null, askedAt: 0 } }

    expect(await listWorkloads(deps, signal)).toHaveLength(many)
    expect(outOfSight(deps)).toBe(why)
  })
})

describe('what is said of an engine', () => {
  test.each<readonly [string, Answer, string | null]>([
    ['of one', [swarmService()], 'it manages a Swarm with 1 service'],
    ['of a worker', 'worker', 'it is a worker of a Swarm, whose services only a manager tells'],
    ['of one without rights', forbidden, null],
    ['of one in no Swarm', 'no-swarm', null],
  ])('%s', async (_, answer, sentence) => {
    const found = await examine({ engine: engineThat([answer]) }, signal)

    expect(found.map((each) => each.sentence)).toEqual(sentence === null ? [] : [sentence])
    expect(found.every(({ isFault }) => !isFault)).toBe(true)
  })

  test('what it does not answer is a failure', async () => {
    await expect(examine({ engine: engineThat([new AppError('TARGET_UNAVAILABLE', 'away')]) }, signal)).rejects.toThrow('away')
  })
}) // prettier-ignore
