import type { App } from '../app.ts'
import type { PolicyReading, PolicyWish } from './policy-wish.ts'

/** Tells wishes apart. */
export const wishKey = ({ policy, tags, minAge }: PolicyWish): string =>
  tags === null && minAge === null ? policy : JSON.stringify([policy, tags, minAge])

/** The policies that settings wish for, by `wishKey`; each is asked for once, however many wish for it. */
export async function policiesOf(
  { policyFor }: Pick<App, 'policyFor'>,
  wishes: readonly PolicyWish[],
): Promise<ReadonlyMap<string, PolicyReading>> {
  const byKey = new Map(wishes.map((wish) => [wishKey(wish), wish]))
  const found = await Promise.all([...byKey].map(async ([key, wish]) => [key, await policyFor(wish)] as const))
  return new Map(found)
}
