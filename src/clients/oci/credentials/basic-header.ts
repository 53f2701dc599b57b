import type { Credential } from './credentials.ts'

/** The value of `Authorization` for basic sign-in. */
export function basicHeader({ username, password }: Credential): string {
  return `Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}`
}
