import { z } from 'zod'
import { parseBoundedJson } from '../../../lib/bounded-json.ts'

/** Longer tokens are not looked into: nobody names so many rights. */
const lengthMax = 64 * 1024

const claimsSchema = z.object({ access: z.array(z.object({ actions: z.array(z.string()) })) })

/**
 * Whether a token may do more to images than read them, as far as it tells: we ask to pull alone, and a service that
 * grants by what is asked grants no more.
 *
 * @param token looked into without proof, for people alone: what it may do is for the registry to judge
 * @param scope of the answer that it came in: `repository:library/nginx:pull,push`
 * @returns false also for tokens that tell nothing
 * @see Distribution, "Token Authentication Implementation", claim `access`; "OAuth2 Token Authentication", `scope`
 */
export function mayPush(token: string, scope: string | null): boolean {
  const actions = (scope ?? '').split(' ').flatMap((each) => /^[^:]+:.*:([^:]*)$/.exec(each)?.[1]?.split(',') ?? [])
  return [...actions, ...actionsIn(token)].some((action) => beyondReading.has(action))
}

const beyondReading: ReadonlySet<string> = new Set(['push', 'delete', '*'])

function actionsIn(token: string): readonly string[] {
  const [, claims, signature] = token.length > lengthMax ? [] : token.split('.')
  if (claims === undefined || signature === undefined) return []
  try {
    const parsed = claimsSchema.safeParse(parseBoundedJson(Buffer.from(claims, 'base64url')))
    return parsed.data?.access.flatMap((each) => each.actions) ?? []
  } catch {
    return [] // no JWT
  }
}
