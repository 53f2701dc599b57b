import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** What tells which container we run in. */
export interface SelfHints {
  /** Id of the container that the mounts name; null where they name none. */
  readonly container: string | null
  readonly hostname: string
}

/** Looks at the machine that we run on, once: a host lists several mounts for each of its containers. */
export function readSelfHints(): SelfHints {
  return { container: ownContainer(readMounts()), hostname: hostname() }
}

function readMounts(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8')
  } catch {
    return ''
  }
}

/**
 * The container that we run in, by the text of `/proc/self/mountinfo`. The engine mounts files of its own over a
 * container's `/etc`, from a folder named by the id; on the host itself no such mount exists.
 */
export function ownContainer(mountinfo: string): string | null {
  for (const line of mountinfo.split('\n')) {
    const [, , , root = '', mountPoint = ''] = line.split(' ')
    if (!/^\/etc\/(hostname|hosts|resolv\.conf)$/.test(mountPoint)) continue
    const id = /\/([0-9a-f]{64})\/(?:hostname|hosts|resolv\.conf)$/.exec(root)?.[1]
    if (id !== undefined) return id
  }
  return null
}

/**
 * Whether `id` is the container that we run in. Where the mounts do not say it the host name does, since it is the short
 * id unless the user chose one.
 */
export function isSelf(id: string, { container, hostname: name }: SelfHints): boolean {
  if (container !== null) return container === id
  return /^[0-9a-f]{12}$/.test(name) && id.startsWith(name)
}
