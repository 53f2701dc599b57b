import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** What tells which container we run in. */
export interface SelfHints {
  /** Text of `/proc/self/mountinfo`; empty where there is none. */
  readonly mountinfo: string
  readonly hostname: string
}

/** Looks at the machine that we run on. */
export function readSelfHints(): SelfHints {
  try {
    return { mountinfo: readFileSync('/proc/self/mountinfo', 'utf8'), hostname: hostname() }
  } catch {
    return { mountinfo: '', hostname: hostname() }
  }
}

/**
 * Whether `id` is the container that we run in. The engine mounts files of its own over a container's `/etc`, from a
 * folder named by the id; on the host itself no such mount exists. Without them the host name says it, since it is
 * the short id unless the user chose one.
 */
export function isSelf(id: string, { mountinfo, hostname: name }: SelfHints): boolean {
  const own = ownContainer(mountinfo)
  if (own !== null) return own === id
  return /^[0-9a-f]{12}$/.test(name) && id.startsWith(name)
}

function ownContainer(mountinfo: string): string | null {
  for (const line of mountinfo.split('\n')) {
    const [, , , root = '', mountPoint = ''] = line.split(' ')
    if (!/^\/etc\/(hostname|hosts|resolv\.conf)$/.test(mountPoint)) continue
    const id = /\/([0-9a-f]{64})\/(?:hostname|hosts|resolv\.conf)$/.exec(root)?.[1]
    if (id !== undefined) return id
  }
  return null
}
