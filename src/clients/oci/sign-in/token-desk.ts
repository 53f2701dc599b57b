import { AppError } from '../../../errors.ts'
import { isTransient } from '../failure.ts'

/** Where the tokens of one credential at one realm are asked for, several repositories in one request. */
export interface TokenDesk {
  /** Resolves when a request that held `scope` was answered. */
  request(scope: string): Promise<void>
  /** Never together with others again: the token for several was not good for this one. */
  single(scope: string): void
}

/** A URL of so many scopes, and a token that names so many repositories, pass through every proxy. */
const scopesMax = 16
const scopesLengthMax = 1500
/** Requests under way at a time: what comes meanwhile shares the next. */
const underWayMax = 4
/** A realm that makes so many tokens for several that are not good for one of them does not understand them. */
const singlesMax = 3

interface Waiting {
  readonly promise: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * The first request goes alone: a wrong password is tried once, however many repositories wait. After it, those that
 * wait at the same moment share requests, until the realm refuses that.
 *
 * @param ask asks for one token for all the scopes and keeps it
 */
export function createTokenDesk(hasCredential: boolean, ask: (scopes: readonly string[]) => Promise<void>): TokenDesk {
  const waiting = new Map<string, Waiting>()
  const sent = new Map<string, Waiting>()
  const singles = new Set<string>()
  let underWay = 0
  let isProven = false
  let understandsSeveral = true
  let isCalled = false

  const nextScopes = (): readonly string[] => {
    const [first] = waiting.keys()
    if (first === undefined || !isProven || !understandsSeveral || singles.has(first)) {
      return first === undefined ? [] : [first]
    }
    const scopes: string[] = []
    let length = 0
    for (const scope of waiting.keys()) {
      if (singles.has(scope)) continue
      length += scope.length
      if (scopes.length === scopesMax || (length > scopesLengthMax && scopes.length > 0)) break
      scopes.push(scope)
    }
    return scopes
  }
  const fail = (scopes: readonly string[], error: unknown): void => {
    const isNo = error instanceof AppError && !isTransient(error) && error.code !== 'REGISTRY_RATE_LIMITED'
    if (scopes.length > 1 && isNo) {
      // One repository among them may be to blame, or the realm knows one scope only.
      understandsSeveral = false
      isProven = false
      for (const scope of scopes) move(scope, sent, waiting)
      return
    }
    const isRefused = error instanceof AppError && error.code === 'REGISTRY_UNAUTHORIZED'
    // A stranger is refused one repository and not the next; a credential is refused for all, and so is who is unheard.
    const concernsAll = isRefused ? hasCredential : !isNo
    for (const scope of concernsAll ? [...scopes, ...waiting.keys()] : scopes) take(scope)?.reject(error)
    isProven = !concernsAll
  }
  const take = (scope: string): Waiting | undefined => {
    const found = sent.get(scope) ?? waiting.get(scope)
    sent.delete(scope)
    waiting.delete(scope)
    return found
  }
  const send = async (scopes: readonly string[]): Promise<void> => {
    underWay += 1
    for (const scope of scopes) move(scope, waiting, sent)
    try {
      await ask(scopes)
      isProven = true
      for (const scope of scopes) take(scope)?.resolve()
    } catch (error) {
      fail(scopes, error)
    } finally {
      underWay -= 1
      pump()
    }
  }
  const pump = (): void => {
    for (;;) {
      const isFull = underWay >= (isProven ? underWayMax : 1)
      if (isFull || waiting.size === 0) return
      void send(nextScopes())
    }
  }
  /** A moment later, so that all who come now are there. */
  const callPump = (): void => {
    if (isCalled) return
    isCalled = true
    setImmediate(() => {
      isCalled = false
      pump()
    })
  }

  return {
    request(scope) {
      const known = waiting.get(scope) ?? sent.get(scope)
      if (known) return known.promise
      const made = Promise.withResolvers<void>()
      made.promise.catch(() => {}) // nobody may be left who waits
      waiting.set(scope, made)
      callPump()
      return made.promise
    },
    single(scope) {
      singles.add(scope)
      if (singles.size > singlesMax) understandsSeveral = false
    },
  }
}

function move(scope: string, from: Map<string, Waiting>, to: Map<string, Waiting>): void {
  const found = from.get(scope)
  from.delete(scope)
  if (found) to.set(scope, found)
}
