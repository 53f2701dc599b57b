import { join } from 'node:path'
import { run } from '../services/command.ts'
import type { Figure } from './figure.ts'
import { median } from './figure.ts'

const rounds = 9
export const main = join(import.meta.dirname, '../../dist/main.js')

/** A command that needs no network, beside a Node that does nothing. */
export async function measureStartUp(): Promise<readonly Figure[]> {
  const ours: number[] = []
  const bare: number[] = []
  // The first run of each reads from the disk what the later ones find in memory.
  for (let round = 0; round <= rounds; round += 1) {
    ours.push(await time([main, 'reference', 'nginx:1.27']))
    bare.push(await time(['-e', '0']))
  }
  return [
    {
      what: 'longshore reference nginx:1.27',
      value: median(ours.slice(1)),
      unit: 'ms',
      floor: { what: 'node -e 0', value: median(bare.slice(1)) },
      budget: { timesFloor: 3 },
    },
  ]
}

async function time(args: readonly string[]): Promise<number> {
  const began = performance.now()
  await run(process.execPath, args)
  return performance.now() - began
}
