import { userInfo } from 'node:os'

/**
 * Who gives a word, for the history: the operating system's name of this user, and behind `sudo` that of whoever called
 * it. It says who most likely did it, and proves nothing.
 */
export function readActor(env: NodeJS.ProcessEnv): string {
  return env['SUDO_USER'] || userName()
}

/** A user id without an entry, as containers have it, has no name. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}
