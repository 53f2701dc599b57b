import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * End-to-end files that take two minutes or more, and the conformance kit that takes the longest, each kind in order.
 * One that began last would run alone at the end.
 */
const longest = [
  'e2e/crash',
  'e2e/swarm',
  'e2e/option-table',
  'e2e/image',
  'e2e/swarm-nodes',
  'e2e/compose-crash-set',
  'e2e/option-rollouts',
  'e2e/compose-stopped',
  'e2e/sets-compose-crash',
  'e2e/sets-chain',
  'e2e/sets-compose-first',
  'e2e/older-engine',
  'conformance/target',
]

/** Begins with the files that take longest, since nothing is remembered from run to run where tests run on new machines. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => placeOf(a) - placeOf(b))
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = longest.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
  return place === -1 ? longest.length : place
}
