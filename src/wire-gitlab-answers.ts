import { isIP } from 'node:net'
import { isSameDomain } from './clients/oci/sign-in/same-domain.ts'
import { bareHostname } from './clients/oci/wire/address.ts'
import type { RegistryConfig } from './config/registries.ts'
import { registryKey } from './image/registry-key.ts'

/** Hosts of registries, by the address of the GitLab instance. */
export type Answers = ReadonlyMap<string, string>

/** An answer that is not taken. */
export interface RefusedAnswer {
  readonly instance: string
  readonly answer: string
  /** The host that stays assumed. */
  readonly guess: string
  /** Goes on from the answer: `which …`. */
  readonly reason: string
}

/**
 * Which hosts that instances named as those of their registries may be taken. The host gets the token of the instance and
 * its address may be a private one; the instance, for push times, gets the passwords that are configured for the host.
 * So it must be no host of anybody else's entry, and must lie where the instance does; beyond that a person has to say it.
 */
export async function judgeAnswers(
  entries: readonly RegistryConfig[],
  answers: Answers,
): Promise<{ readonly accepted: Answers; readonly refused: readonly RefusedAnswer[] }> {
  const fitting = new Map<string, string>()
  const refused: RefusedAnswer[] = []
  const refuse = (instance: string, answer: string, reason: string): void => {
    const guess = entries.find((each) => isOf(each, instance))?.host ?? answer
    refused.push({ instance, answer, guess, reason })
  }
  for (const [instance, answer] of answers) {
    const own = entries.find((each) => isOf(each, instance))
    if (own === undefined) continue
    // As `host` is kept where it was written.
    const host = own.plainHttp ? answer : registryKey(answer)
    const reason = await objectionTo(host, own, instance, entries)
    if (reason === null) fitting.set(instance, host)
    else refuse(instance, answer, reason)
  }
  const accepted = new Map<string, string>()
  for (const [instance, host] of fitting) {
    // Of two that claim the same, nobody can tell which is right.
    const rival = [...fitting].find(([other, answer]) => other !== instance && isSameHost(answer, host))?.[0]
    if (rival === undefined) accepted.set(instance, host)
    else refuse(instance, host, `as does ${rival}`)
  }
  return { accepted, refused }
}

const isSameHost = (one: string, other: string): boolean => registryKey(one) === registryKey(other)

/** Whether the host of an entry is for the instance to tell. */
const isOf = ({ hostFrom, gitlab }: RegistryConfig, instance: string): boolean =>
  hostFrom === 'guess' && gitlab?.url === instance

async function objectionTo(
  host: string,
  { host: guess }: RegistryConfig,
  instance: string,
  entries: readonly RegistryConfig[],
): Promise<string | null> {
  if (entries.some((each) => !isOf(each, instance) && isSameHost(each.host, host))) {
    return 'which is that of another entry of the configuration'
  }
  return host === guess || (await isAtHome(host, instance)) ? null : 'which does not lie in its own domain'
}

/** An address has no domain: beside it there is nobody of the same owner. */
async function isAtHome(host: string, instance: string): Promise<boolean> {
  const [one, other] = [new URL(`https://${host}/`), new URL(instance)].map(bareHostname)
  if (one === undefined || other === undefined) return false
  return one === other || (isIP(one) === 0 && isIP(other) === 0 && (await isSameDomain(one, other)))
}
