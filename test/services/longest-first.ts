import { basename } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take two minutes or more, the longest first. One that began last would run alone at the end. */
const longest = [
  'crash',
  'swarm',
  'option-table',
  'image',
  'swarm-nodes',
  'compose-crash-set',
  'option-rollouts',
  'compose-stopped',
  'sets-compose-crash',
  'sets-chain',
  'sets-compose-first',
  'older-engine',
]

/** Begins with the files that take longest, since nothing is remembered from run to run where tests run on new machines. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => placeOf(a) - placeOf(b))
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = moduleId.includes('/e2e/') ? longest.indexOf(basename(moduleId, '.test.ts')) : -1
  return place === -1 ? longest.length : place
}
