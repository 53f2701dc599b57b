import type { PullProgress } from '../app/app.ts'

const megabyte = 1_000_000

/** How far a pull is, in one line; empty once it has all. */
export function pullLine(workload: string, { layersDone, layers, bytesDone, bytes }: PullProgress): string {
  if (layers > 0 && layersDone === layers) return ''
  const size = bytes === 0 ? '' : `, ${(bytesDone / megabyte).toFixed(1)} of ${(bytes / megabyte).toFixed(1)} MB`
  return `${workload}: pulling, ${layersDone} of ${layers} layers${size}`
}
