import { readMeta, writeMeta } from './meta.ts'
import { isText, listOf, parseJson, readRow } from './shape.ts'
import type { Db } from './tables.ts'

const areNetworks = listOf(isText)

/** In the order in which they were written. A few at most, so they are one row. */
export async function readProvenNetworks(db: Db): Promise<readonly string[]> {
  const text = await readMeta(db, 'proven_networks')
  return text === null ? [] : readRow('meta', 'proven_networks', areNetworks, parseJson(text))
}

export async function writeProvenNetworks(db: Db, networks: readonly string[]): Promise<void> {
  await writeMeta(db, 'proven_networks', JSON.stringify(networks))
}
