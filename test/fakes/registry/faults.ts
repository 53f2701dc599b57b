/** Something that goes wrong with an answer. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Headers; readonly body?: string | Buffer }
  /** Waits, then answers as usual. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  /** Closes the connection without an answer. */
  | { readonly kind: 'reset' }
  /** Promises the whole body and ends the connection in the middle of it. */
  | { readonly kind: 'truncate' }
  /** States another digest than the body has. */
  | { readonly kind: 'wrong-digest'; readonly digest: string }
  /** Changes a byte of the body; the headers stay. */
  | { readonly kind: 'lying-body' }
  /** Sends half of the body and no more; the connection stays. */
  | { readonly kind: 'stall'; readonly reply: { readonly headers: Headers; readonly body: string } }
  /** One byte of the body every `everyMs`. */
  | { readonly kind: 'slow-loris'; readonly everyMs: number }
  /** A successful answer of that many bytes, without Content-Length. */
  | { readonly kind: 'oversized'; readonly bytes: number }
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number }
  /** Sets or, with null, takes away headers of the usual answer. */
  | { readonly kind: 'headers'; readonly headers: Readonly<Record<string, string | null>> }

type Headers = Readonly<Record<string, string>>

export type RequestKind = 'ping' | 'head' | 'get' | 'blob' | 'token' | 'tags' | 'upload' | 'other'

/** Which requests a fault is for; what is left out fits all. */
export interface FaultMatch {
  readonly kind?: RequestKind
  /** Found anywhere in path and query. */
  readonly path?: string | RegExp
  /** How often; for ever when left out. */
  readonly times?: number
}

export interface Faults {
  /** The newest fault that fits is taken. @returns takes the fault back */
  add(match: FaultMatch, fault: Fault): () => void
  take(kind: RequestKind, path: string): Fault | null
  clear(): void
}

export function createFaults(): Faults {
  let planned: { readonly match: FaultMatch; readonly fault: Fault; left: number }[] = []
  return {
    add(match, fault) {
      const entry = { match, fault, left: match.times ?? Infinity }
      planned.push(entry)
      return () => {
        planned = planned.filter((other) => other !== entry)
      }
    },
    take(kind, path) {
      const found = planned.findLast(({ match, left }) => left > 0 && fits(match, kind, path))
      if (!found) return null
      found.left -= 1
      return found.fault
    },
    clear() {
      planned = []
    },
  }
}

function fits(match: FaultMatch, kind: RequestKind, path: string): boolean {
  if (match.kind !== undefined && match.kind !== kind) return false
  if (match.path === undefined) return true
  return typeof match.path === 'string' ? path.includes(match.path) : match.path.test(path)
}
