import { createHash } from 'node:crypto'
import { AppError } from '../../../errors.ts'
import type { Timing } from '../timing.ts'
import { createCircuits } from './circuit.ts'

/** A call of a vendor's API, as far as it says who asks. */
export interface SignedCall {
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  /** Of a call for a token it holds the password. */
  readonly body?: string
  readonly subject: string
}

/** Sends no call with a credential that its host refused a moment ago: it may lock the account, or shut us out. */
export interface RefusedCalls {
  /** @throws REGISTRY_UNAUTHORIZED without asking, while the credential of the call is left alone there */
  run<T extends { readonly status: number }>(call: SignedCall, work: () => Promise<T>): Promise<T>
}

const minuteMs = 60_000

/** As long as credentials of the registry itself. */
export function createRefusedCalls(timing: Pick<Timing, 'now' | 'wallNow'>): RefusedCalls {
  const circuits = createCircuits(timing, { firstMs: 15 * minuteMs, mostMs: 360 * minuteMs })
  return {
    async run(call, work) {
      const credential = credentialOf(call)
      if (credential === '') return work()
      const key = `${call.url.host}\n${credential}`
      const refusal = circuits.enter(key, 'never')
      if (refusal !== null) throw stillRefused(call, refusal.until)
      try {
        const answer = await work()
        if (answer.status === 401) circuits.open(key, new AppError('REGISTRY_UNAUTHORIZED', call.subject))
        else circuits.close(key)
        return answer
      } finally {
        circuits.release(key)
      }
    },
  }
}

/** Tells credentials apart, of which only a hash is kept; empty for strangers. */
export function credentialOf({ headers = {}, body }: SignedCall): string {
  const { authorization, 'private-token': token, 'job-token': job } = headers
  const said = [authorization, token, job, body].filter((each) => each !== undefined)
  return said.length === 0 ? '' : createHash('sha256').update(JSON.stringify(said)).digest('base64')
}

function stillRefused({ url, subject }: SignedCall, until: number): AppError {
  const time = new Date(until).toISOString().slice(0, 16).replace('T', ' ')
  const message = `${subject}: ${url.host} refuses the credentials, and is asked again after ${time} UTC`
  return new AppError('REGISTRY_UNAUTHORIZED', message)
}
