import { toAppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { readKeyPair, timeProblem, type KeyPair, type KeyPairFiles, type ReadFile } from '../../lib/key-pair.ts'
import type { Log } from '../../lib/log.ts'

interface CertificateDeps {
  readonly clock: Clock
  readonly log: Log
  /** Refuses what others may write. */
  readonly readFile: ReadFile
}

/** What a server shows to those who connect. */
export interface ServerCertificate {
  readonly pair: KeyPair
  /** Looks after the files until the signal fires, and calls `renew` each time there is another pair that can be used. */
  follow(renew: (pair: KeyPair) => void, stop: AbortSignal): Promise<void>
}

/** How often the files are looked at. By their contents: what renews them may swap a link far above them. */
const lookMs = 10_000

const dayMs = 86_400_000

/** @throws TLS_UNUSABLE when there is nothing to begin with */
export async function openCertificate(
  { clock, log, readFile }: CertificateDeps,
  files: KeyPairFiles,
): Promise<ServerCertificate> {
  /** An expired one is used all the same: senders refuse it, but polling, which needs no listener, goes on. */
  const tellTime = (pair: KeyPair): void => {
    const problem = timeProblem(pair, clock.now())
    if (problem === null) return
    const isOver = clock.now() >= pair.endsAt
    log[isOver ? 'error' : 'warn']({ code: 'TLS_UNUSABLE' }, `the certificate in ${files.certificate} ${problem}`)
  }
  const tellAll = (pair: KeyPair): void => {
    if (pair.isKeyOpen)
      log.warn({}, `everybody on this machine may read ${files.key}: chmod o-r, or they can listen in our name`)
    tellTime(pair)
  }

  const first = await readKeyPair(files, readFile)
  tellAll(first)
  return {
    pair: first,
    async follow(renew, stop) {
      let pair = first
      let trouble = ''
      let isTold = false
      let timeToldAt = clock.elapsed()
      while (!stop.aborted) {
        await clock.sleep(lookMs, stop)
        if (stop.aborted) return
        try {
          const next = await readKeyPair(files, readFile)
          trouble = ''
          if (next.certificate !== pair.certificate || next.key !== pair.key) {
            renew(next)
            pair = next
            timeToldAt = clock.elapsed()
            const until = new Date(pair.endsAt).toISOString().slice(0, 10)
            log.info({}, `${files.certificate} is another one now, valid until ${until}; it is used from now on`)
            tellAll(pair)
          } else if (timeToldAt + dayMs <= clock.elapsed()) {
            timeToldAt = clock.elapsed()
            tellTime(pair)
          }
        } catch (error) {
          const { code, message } = toAppError(error)
          // Once may be in the middle of being replaced: one file before the other.
          if (message !== trouble) isTold = false
          else if (!isTold) {
            isTold = true
            log.error({ code }, `${code}: ${message}; the certificate from before is still used`)
          }
          trouble = message
        }
      }
    },
  }
}
