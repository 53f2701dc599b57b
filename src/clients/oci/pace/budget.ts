import type { IncomingHttpHeaders } from 'node:http'

/** How many requests a host grants in a stretch of time, as it said in one answer. */
export interface StatedBudget {
  /** At least 1. */
  readonly limit: number
  readonly remaining: number
  /** Length of the stretch; null when it did not tell. */
  readonly windowMs: number | null
  /** Until the budget is whole again; null when it did not tell. */
  readonly resetInMs: number | null
}

/** More than any host has; keeps a hostile header small. */
const budgetsMax = 4
const lengthMax = 1024
/** Larger numbers are dates: GitLab and Docker Hub write seconds since 1970 where others write seconds from now. */
const epochSeconds = 1_000_000_000
const dayMs = 86_400_000

/**
 * The budgets that an answer states. Understood are `RateLimit-Limit` and `-Remaining` with the window beside them
 * (Docker Hub: `100;w=21600`), both drafts of `RateLimit`, and `X-RateLimit-*`. A host that states none has no limit
 * that we know of: none is not nought.
 *
 * @param wallNow milliseconds since 1970, against which dates are read
 * @see draft-ietf-httpapi-ratelimit-headers
 */
export function readBudgets(headers: IncomingHttpHeaders, wallNow: number): readonly StatedBudget[] {
  return (
    fromStructured(textOf(headers, 'ratelimit'), textOf(headers, 'ratelimit-policy')) ??
    fromTriple(headers, 'ratelimit', wallNow) ??
    fromTriple(headers, 'x-ratelimit', wallNow) ??
    []
  )
}

/** `RateLimit: "a";r=50;t=30` with `RateLimit-Policy: "a";q=100;w=60`, or the earlier `limit=100, remaining=50, reset=30`. */
function fromStructured(rates: string, policies: string): readonly StatedBudget[] | null {
  if (rates === '') return null
  const plain = parametersOf(rates.replaceAll(',', ';'))
  const [limit, remaining] = [plain.get('limit'), plain.get('remaining')]
  if (limit !== undefined && remaining !== undefined) {
    return whole([budgetOf(limit, remaining, null, secondsMs(plain.get('reset')))])
  }
  const known = new Map(itemsOf(policies).map(({ name, parameters }) => [name, parameters]))
  return whole(
    itemsOf(rates).map(({ name, parameters }) => {
      const policy = known.get(name)
      const [quota, rest] = [policy?.get('q'), parameters.get('r')]
      if (quota === undefined || rest === undefined) return null
      return budgetOf(quota, rest, secondsMs(policy?.get('w')), secondsMs(parameters.get('t')))
    }),
  )
}

function fromTriple(headers: IncomingHttpHeaders, prefix: string, wallNow: number): readonly StatedBudget[] | null {
  const limit = itemsOf(textOf(headers, `${prefix}-limit`))
  const [remaining] = itemsOf(textOf(headers, `${prefix}-remaining`))
  const [first] = limit
  if (!first || !remaining) return null
  const window = first.parameters.get('w') ?? remaining.parameters.get('w')
  const reset = numberOf(textOf(headers, `${prefix}-reset`))
  const resetInMs = reset === undefined ? null : fromNow(reset, wallNow)
  return whole([budgetOf(numberOf(first.name), numberOf(remaining.name), secondsMs(window), resetInMs)])
}

function fromNow(reset: number, wallNow: number): number | null {
  const ms = reset < epochSeconds ? reset * 1000 : reset * 1000 - wallNow
  return ms >= 0 && ms <= 31 * dayMs ? ms : null
}

function budgetOf(
  limit: number | undefined,
  remaining: number | undefined,
  windowMs: number | null,
  resetInMs: number | null,
): StatedBudget | null {
  if (limit === undefined || remaining === undefined || limit < 1) return null
  return { limit, remaining: Math.min(remaining, limit), windowMs, resetInMs }
}

function whole(found: readonly (StatedBudget | null)[]): readonly StatedBudget[] | null {
  const budgets = found.filter((each) => each !== null)
  return budgets.length === 0 ? null : budgets
}

interface Item {
  readonly name: string
  readonly parameters: ReadonlyMap<string, number>
}

/** `100;w=60, 1000;w=3600` */
function itemsOf(text: string): readonly Item[] {
  if (text === '') return []
  const parts = text.split(',', budgetsMax)
  return parts.map((part) => {
    const [name = '', ...rest] = part.split(';')
    return { name: name.trim().replaceAll('"', ''), parameters: parametersOf(rest.join(';')) }
  })
}

function parametersOf(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const part of text.split(';')) {
    const [name = '', value = ''] = part.split('=', 2)
    const number = numberOf(value)
    if (number !== undefined) found.set(name.trim().toLowerCase(), number)
  }
  return found
}

function numberOf(text: string): number | undefined {
  const digits = text.trim()
  return /^\d{1,12}$/.test(digits) ? Number(digits) : undefined
}

function secondsMs(seconds: number | undefined): number | null {
  return seconds === undefined ? null : seconds * 1000
}

function textOf(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name]
  return (Array.isArray(value) ? value.join(', ') : (value ?? '')).slice(0, lengthMax)
}
