import type { PullProgress } from '../app/app.ts'

const megabyte = 1_000_000

/** Writes how a pull goes on over one line of a terminal, which the next output overwrites. */
export function pullLine(tell: (text: string) => void): (workload: string, progress: PullProgress) => void {
  let last = ''
  return (workload, { layersDone, layers, bytesDone, bytes }) => {
    const size = bytes === 0 ? '' : `, ${(bytesDone / megabyte).toFixed(1)} of ${(bytes / megabyte).toFixed(1)} MB`
    const line = `${workload}: pulling, ${layersDone} of ${layers} layers${size}`
    if (line === last) return
    last = line
    const isDone = layers > 0 && layersDone === layers
    tell(`\r${line}\u001b[K${isDone ? '\r\u001b[K' : ''}`)
  }
}
