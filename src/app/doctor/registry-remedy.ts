import type { AppError } from '../../errors.ts'

/** Who asked whom. */
export interface Asked {
  readonly host: string
  /** Null for a stranger. */
  readonly username: string | null
  /** Whether it failed before the registry was asked, while a password for it was made. */
  readonly isMaking: boolean
}

/** What to do where a registry counts pulls and grants no more. */
export const pullsRemedy =
  'Looks for new versions go on, and rollouts wait for their pulls. Sign in, or with an account that is granted more.'

/** What to do about a registry's failure; the message of the error has said what it is. */
export function registryRemedy(error: AppError, { host, username, isMaking }: Asked): string {
  if (isDownForNow(error)) {
    return 'What answers so is overloaded or in maintenance: it is left alone for that time, and there is nothing to do here. If it is yours, see its log.'
  }
  if (isMaking) return remedyOfMaking(error, host)
  if (isWebServer(error)) {
    return `What answers as ${host} is a web server, and no registry at this address: check the name and the port.`
  }
  const entry = `the entry for ${host} under \`registries\`, or \`docker login ${host}\``
  switch (error.code) {
    case 'REGISTRY_UNAUTHORIZED':
      if (saysProxy(error)) return remedyOfProxy(host)
      if (isRefusedAtDoor(error)) {
        return `It does not let ${username} in: the password or token is wrong, expired or withdrawn, or the user is blocked there. Renew it by ${entry}.`
      }
      return username === null
        ? `It wants to know who asks: add a user and a token by ${entry}${orProxy(error)}.`
        : saysExpired(error)
          ? `What ${username} signs in with has expired. Renew it by ${entry}.`
          : `It does not accept the password or token of ${username}: it is wrong, expired or withdrawn. Renew it by ${entry}${orProxy(error)}.`
    case 'REGISTRY_FORBIDDEN':
      if (saysProxy(error)) return remedyOfProxy(host)
      if (asksNobody(error)) {
        return `It refuses this to whoever asks, and nothing tells whether it knows ${username}: check the names of host and repository, then the password of ${username} and its right to read the repository.`
      }
      return username === null
        ? `Check the name of the repository; if it is private, add a user and a token by ${entry}.`
        : isDeniedSignIn(error)
          ? `It does not let ${username} sign in for this: the password or token is wrong or expired, or has no right to read the repository. Renew it by ${entry}, or check the name.`
          : `${username} is known there but may not pull this: give it the right to read the repository, or check its name.`
    case 'REGISTRY_REPOSITORY_UNKNOWN':
      return asksNobody(error) || username !== null
        ? error.hint
        : `Check the name of the repository; if it is private, add a user and a token by ${entry}.`
    case 'REGISTRY_RATE_LIMITED':
      return saysPullsAlone(error)
        ? pullsRemedy
        : 'It is asked too often by this address, of whatever kind: it is left alone for that time. Raise pollInterval, or set requestsPerSecond for it; a sign-in changes nothing.'
    case 'REGISTRY_REFUSED':
      return wasRedirected(error)
        ? `What redirects there is most likely a proxy in between, or a network that wants a sign-in first: open ${host}/v2/ in a browser. A registry of yours must not lead there.`
        : error.hint
    case 'REGISTRY_UNAVAILABLE':
      if (isBadSignIn(error)) {
        return `${host} is reached, and what makes its tokens does not do so: see the log of that service, and the realm that ${host} names.`
      }
      return maySpeakTls(error)
        ? `Take plainHttp out of its entry under \`registries\`, if ${host} speaks TLS; else check whether it runs.`
        : `Check ${whatIsAway(error, host)}, whether it runs, and what lies between: name server, firewall, proxy.`
    case 'REGISTRY_UNTRUSTED':
      return remedyOfTrust(error, host)
    default:
      return error.hint
  }
}

/** What to do where a registry, or the vendor's own API beside it, does not tell when tags were pushed. */
export function pushTimesRemedy(error: AppError, host: string): string {
  switch (error.code) {
    case 'REGISTRY_UNAUTHORIZED':
      return 'What they are asked with is wrong, expired or withdrawn, or has no right to read them: renew it, or give it that right, as docs/registries says of this kind.'
    case 'REGISTRY_FORBIDDEN':
    case 'REGISTRY_NOT_FOUND':
    case 'REGISTRY_REPOSITORY_UNKNOWN':
      return 'Give the token the right to read them, as docs/registries says of this kind.'
    default:
      // The images themselves are looked up in another way, which tells who signs in.
      return registryRemedy(error, { host, username: null, isMaking: false })
  }
}

/** Whether all that a host is asked fails for it; else each repository has a cause of its own, and is told. */
export const isOfHost = (error: AppError): boolean => ofHost.has(error.code) || isWebServer(error) || saysProxy(error)

const ofHost: ReadonlySet<string> = new Set([
  'REGISTRY_RATE_LIMITED',
  'REGISTRY_REFUSED',
  'REGISTRY_TLS_FAILED',
  'REGISTRY_UNAUTHORIZED',
  'REGISTRY_UNAVAILABLE',
  'REGISTRY_UNTRUSTED',
])

/** Said by what answered, in the words of its error. */
export const isWebServer = ({ message }: AppError): boolean =>
  message.includes(', as a server does that is no registry')
/** Whether a page says no that no registry shows. */
export const saysProxy = ({ message }: AppError): boolean => message.includes(', as a proxy in between does')
/** Whether nobody there wants to know who asks, so that nothing is known of a credential. */
export const asksNobody = ({ message }: AppError): boolean => message.includes('; it asks nobody to sign in')
/** Where the one looks like the other. */
const orProxy = ({ message }: AppError): string =>
  message.includes(' or a proxy in between does') ? '; if that is a proxy, have it let the registry through' : ''
const isRefusedAtDoor = ({ message }: AppError): boolean => message.includes(' to the sign-in itself')
const saysExpired = ({ message }: AppError): boolean => message.includes(': what it was asked with has expired')
const wasRedirected = ({ message }: AppError): boolean => message.includes(' was not followed, it redirects ')
const isBadSignIn = ({ message }: AppError): boolean =>
  /^sign-in for .* answered 4(?!0[78])\d\d(?! with a web page)/.test(message)
/** As the client says it of a budget of pulls. */
const saysPullsAlone = ({ message }: AppError): boolean => /\bno pulls left\b/.test(message)
/** As the client says it of a host that is down and names how long, and of what it leaves alone for that. */
const isDownForNow = ({ code, message }: AppError): boolean =>
  code === 'REGISTRY_UNAVAILABLE' && / answered 5\d\d\b.* ask(?:s|ed) for a pause\b/.test(message)
const maySpeakTls = ({ message }: AppError): boolean => message.includes('asked by plain http')

/** What asks for tokens says so in its sentence. There a 403 may mean the password as well as the rights. */
export const isDeniedSignIn = ({ code, message }: AppError): boolean =>
  code === 'REGISTRY_FORBIDDEN' && message.startsWith('sign-in for ')

/** A redirect, a realm and an image's own name may lead to another host, which is the one that is not reached. */
function whatIsAway({ message }: AppError, host: string): string {
  const away = /: (\S+) (?:is a name|could not be looked up|lets nobody|broke the|cannot be|gave no|did not)/.exec(
    message,
  )?.[1]
  if (away === undefined || away === host) return `the name ${host}`
  return `the name ${host}, what leads from there to ${away}`
}

const remedyOfProxy = (host: string): string =>
  `What answers as ${host} is most likely a proxy in between: have it let ${host} through, or name the host in NO_PROXY.`

/** Nobody who asks for TLS is led to do without it, but where the other side has none. */
function remedyOfTrust({ message }: AppError, host: string): string {
  if (message.includes('does not speak TLS')) {
    return `Check the name and the port; if ${host} is a registry of plain http, write plainHttp: true in its entry under \`registries\`: passwords go there in the clear then.`
  }
  if (message.includes('an authority that is not known here')) {
    return `If the host is yours, name its authority by \`ca\` in its entry under registries; else somebody in between answers for ${host}, such as a proxy.`
  }
  if (message.includes('for another name')) {
    return `Check the name ${host}; or have its certificate made for that name too.`
  }
  return `Have the certificate of ${host} renewed, or the clock of this machine set.`
}

function remedyOfMaking(error: AppError, host: string): string {
  switch (error.code) {
    case 'REGISTRY_UNAUTHORIZED':
      return `What passwords for ${host} are made with is wrong, expired or withdrawn: renew it where it comes from, its entry or the environment.`
    case 'REGISTRY_FORBIDDEN':
      return 'Give them the right that is named here.'
    case 'REGISTRY_UNAVAILABLE':
      return `Check what lies between here and where passwords for ${host} are made: name server, firewall, proxy.`
    default:
      return error.hint
  }
}
