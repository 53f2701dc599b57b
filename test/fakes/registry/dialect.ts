import type { Content } from './content.ts'
import type { Reply } from './reply.ts'
import type { Incoming, Route } from './routes.ts'
import type { Auth, SignIn } from './sign-in.ts'

/** What a vendor's own way of answering works with. */
export interface DialectTools {
  readonly content: Content
  readonly signIn: SignIn
  /** Of the fake itself. */
  readonly url: string
  setAuth(auth: Auth): void
}

/** What one vendor's registry has beside the distribution API, and does otherwise. */
export interface Dialect {
  /** @returns null for what every registry answers */
  answer(incoming: Incoming, tools: DialectTools): Reply | null | Promise<Reply | null>
  /** Changes what is answered otherwise, such as by headers of its own. */
  finish?(reply: Reply, route: Route): Reply
}

export const json = (value: unknown, headers: Readonly<Record<string, string>> = {}, status = 200): Reply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
})

/** User name and password of a basic sign-in. */
export function basicOf(header: string | string[] | undefined): { username: string; password: string } | null {
  const [, encoded] = /^Basic (.+)$/.exec(String(header)) ?? []
  if (encoded === undefined) return null
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return { username: text.slice(0, colon), password: text.slice(colon + 1) }
}
