import { readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** More sessions than a machine has. */
const sessionsMax = 100

/**
 * The files that Amazon's SDK reads keys and profiles from, whether they exist or not, and those of the sessions that
 * `aws sso login` and `aws login` left: whoever signed in again is not taken for who was refused.
 */
export function awsKeyFiles(): readonly string[] {
  const { AWS_SHARED_CREDENTIALS_FILE: keys, AWS_CONFIG_FILE: config } = process.env
  const folder = join(homedir(), '.aws')
  return [
    keys || join(folder, 'credentials'),
    config || join(folder, 'config'),
    ...sessionsIn(join(folder, 'sso', 'cache')),
    ...sessionsIn(join(folder, 'login', 'cache')),
  ]
}

function sessionsIn(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
    return names.slice(0, sessionsMax).map((name) => join(folder, name))
  } catch {
    return [] // nobody signs in like that here
  }
}
