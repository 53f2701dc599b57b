import { createHash } from 'node:crypto'

/** Repository of our own tags that protect images; never pushed anywhere. */
export const keepRepository = 'localhost/longshore/keep'

/** Tag under which the image of a workload is protected until it is superseded. */
export function keepTag(workload: string, image: string): string {
  return createHash('sha256').update(`${workload} ${image}`).digest('hex').slice(0, 32)
}

export const keepReference = (workload: string, image: string): string =>
  `${keepRepository}:${keepTag(workload, image)}`
