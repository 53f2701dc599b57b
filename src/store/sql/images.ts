import type { Digest } from '../../image/digest.ts'
import type { Time } from '../store.ts'
import { readJson, toJson } from './shape.ts'
import type { Db } from './tables.ts'

export async function readImage(db: Db, registry: string, repository: string, digest: Digest): Promise<unknown> {
  const row = await db
    .selectFrom('images')
    .select('description')
    .where('registry', '=', registry)
    .where('repository', '=', repository)
    .where('digest', '=', digest)
    .executeTakeFirst()
  if (row === undefined) return null
  return readJson('images', `${registry}/${repository}@${digest}`, row.description)
}

export async function writeImage(
  db: Db,
  registry: string,
  repository: string,
  digest: Digest,
  image: unknown,
  describedAt: Time,
): Promise<void> {
  const description = toJson(image)
  await db
    .insertInto('images')
    .values({ registry, repository, digest, description, describedAt })
    .onConflict((conflict) =>
      conflict.columns(['registry', 'repository', 'digest']).doUpdateSet({ description, describedAt }),
    )
    .execute()
}
