import { AppError } from '../../../errors.ts'
import type { HttpAnswer, HttpRequest } from './exchange.ts'
import type { HostTls } from './host-tls.ts'
import { refusesCertificate } from './tls-failure.ts'
import { mayBeWebPage } from './web-page.ts'

/**
 * Sends, and sends again with the next certificate of ours for as long as the host refuses the one that it was shown.
 * Of several, Go shows the one whose authority the server names; Node does not let us see whom it names.
 *
 * @param tlsFor the one to show now
 * @see Go, crypto/tls, `CertificateRequestInfo.SupportsCertificate`
 */
export async function showingOurs(
  { method }: Pick<HttpRequest, 'method'>,
  tlsFor: () => Promise<HostTls | null>,
  send: (tls: HostTls | null) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  for (let shown = 1; ; shown += 1) {
    const tls = await tlsFor()
    if (tls === null || tls.certificates < 2) return send(tls)
    const isLast = shown >= tls.certificates || method === 'POST'
    try {
      const answer = await send(tls)
      if (!saysRefused(answer)) return answer
      tls.refused()
      if (isLast) return answer
    } catch (error) {
      if (!isRefusal(error)) throw error
      tls.refused()
      if (isLast) throw error
    }
  }
}

const isRefusal = (error: unknown): boolean =>
  error instanceof AppError &&
  error.code === 'REGISTRY_TLS_FAILED' &&
  error.cause instanceof Error &&
  refusesCertificate(error.cause.message)

/** nginx makes the connection with any certificate, and then answers with a page. */
const saysRefused = ({ status, headers }: HttpAnswer): boolean => status === 400 && mayBeWebPage(headers)
