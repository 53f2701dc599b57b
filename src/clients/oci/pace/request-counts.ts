import { http } from '../../../lib/http.ts'

/** How many requests of one kind were sent since the client began. */
export interface RequestCount {
  /** Of the first request: what that host's redirects led to counts as its own. Empty for all beyond a thousand kinds. */
  readonly host: string
  readonly method: string
  /** Of the answer, or its hundred where no specification knows it; null where no whole answer came. */
  readonly status: number | null
  readonly count: number
}

/** Counts what is sent to hosts, for people who watch what we cost them. */
export interface RequestCounts {
  note(host: string, method: string, status: number | null): void
  /** In the order in which they were first seen. */
  read(): readonly RequestCount[]
}

type Counting = { -readonly [Key in keyof RequestCount]: RequestCount[Key] }

/** Images come and go with their hosts. */
const kindsMax = 1_000

/** None so far. */
export function createRequestCounts(): RequestCounts {
  const counts = new Map<string, Counting>()

  const countingFor = (host: string, method: string, status: number | null): Counting => {
    const key = `${host} ${method} ${status}`
    const found = counts.get(key)
    if (found !== undefined) return found
    if (counts.size >= kindsMax && host !== '') return countingFor('', method, status)
    const fresh = { host, method, status, count: 0 }
    counts.set(key, fresh)
    return fresh
  }

  return {
    note(host, method, status) {
      countingFor(host, method, status === null ? null : knownStatus(status)).count += 1
    },
    read: () => [...counts.values()].map((each) => ({ ...each })),
  }
}

/** A registry may make up as many as it likes. */
const knownStatus = (status: number): number => (status in http.STATUS_CODES ? status : Math.floor(status / 100) * 100)
