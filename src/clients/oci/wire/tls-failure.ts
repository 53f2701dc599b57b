/** Why TLS did not come about. */
export interface TlsFailure {
  /** The end of a sentence that began with the host. */
  readonly words: string
  /** Whether whoever answered speaks TLS at all. */
  readonly speaksTls: boolean
}

const noSuchName = 'turns TLS away, as a host does that has no certificate for this name'
const wantsOurs = 'wants a certificate of ours, or another one, by clientCertificate and clientKey of its entry'
const tooOld = 'speaks none of our versions of TLS: its own are too old'

/** What those who answer mean by the alerts that they send; the number names it. @see RFC 8446, 6.2 */
const alerts: Readonly<Record<number, string>> = {
  // Said for want of anything shared, also where a certificate of ours or the name is missing.
  40: `${noSuchName}, shares no cipher with us, or wants a certificate of ours`,
  42: wantsOurs,
  43: wantsOurs,
  44: wantsOurs,
  45: wantsOurs,
  46: wantsOurs,
  48: wantsOurs,
  49: wantsOurs,
  70: tooOld,
  71: 'shares no cipher with us that it takes for strong enough',
  // What servers made with Go, Traefik and Caddy among them, say of names that they do not know.
  80: noSuchName,
  112: noSuchName,
  116: wantsOurs,
}

/** Whether it was our certificate, or that there was none, that a host refused. @param message as of `readTlsFailure` */
export function refusesCertificate(message: string): boolean {
  const alert = alertIn(message)
  return alert === 40 || (alert !== null && alerts[alert] === wantsOurs)
}

function alertIn(message: string): number | null {
  const alert = /\bSSL alert number (\d{1,3})\b/.exec(message)?.[1]
  return alert === undefined ? null : Number(alert)
}

/** OpenSSL's own words for bytes that are no TLS. */
const noTls = /:(?:wrong version number|data length too long|packet length too long|http request|https proxy request):/

/**
 * Reads what OpenSSL says of a handshake that failed: Node gives all of it one code, EPROTO.
 *
 * @param message `write EPROTO …:error:0A000438:SSL routines:…:tlsv1 alert internal error:…:SSL alert number 80`
 */
export function readTlsFailure(message: string): TlsFailure {
  const alert = alertIn(message)
  if (alert !== null) {
    const words = alerts[alert] ?? 'broke the making of TLS off'
    return { words: `${words} (TLS alert ${alert})`, speaksTls: true }
  }
  if (noTls.test(message)) return { words: `${plainText} (EPROTO)`, speaksTls: false }
  const isOld = /:(?:unsupported protocol|version too low):/.test(message)
  return { words: `${isOld ? tooOld : 'speaks no TLS that we can agree with'} (EPROTO)`, speaksTls: true }
}

/** Said of whoever answers our TLS with something else. */
export const plainText = 'does not speak TLS; it may be a registry of plain http'
