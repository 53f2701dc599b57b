import { digestPolicy } from './digest.ts'
import type { Policy } from './policy.ts'

/** Every policy, by the word that selects it. */
export const policies: Readonly<Record<string, Policy>> = {
  digest: digestPolicy,
}
