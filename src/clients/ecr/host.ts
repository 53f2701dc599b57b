/** What the host of a private registry tells. */
export interface EcrHost {
  /** Twelve digits. */
  readonly account: string
  readonly region: string
  readonly isFips: boolean
  readonly isDualStack: boolean
}

/**
 * The ends of all hosts that Amazon gives, by partition: the usual, China, the European cloud, and the closed ones.
 *
 * Assumed of Amazon ECR: hosts of the European and the closed partitions are built as those of the others.
 */
const suffixes = [
  String.raw`amazonaws\.com`,
  String.raw`amazonaws\.com\.cn`,
  String.raw`amazonaws\.eu`,
  String.raw`sc2s\.sgov\.gov`,
  String.raw`c2s\.ic\.gov`,
  String.raw`cloud\.adc-e\.uk`,
  String.raw`csp\.hci\.ic\.gov`,
]
const dualStackSuffixes = [
  String.raw`on\.aws`,
  String.raw`on\.amazonwebservices\.com\.cn`,
  String.raw`on\.amazonwebservices\.eu`,
]

const single = new RegExp(
  String.raw`^(?<account>\d{12})\.dkr\.ecr(?<fips>-fips)?\.(?<region>[a-z\d-]+)\.(?:${suffixes.join('|')})$`,
)
const dual = new RegExp(
  String.raw`^(?<account>\d{12})\.dkr-ecr(?<fips>-fips)?\.(?<region>[a-z\d-]+)\.(?:${dualStackSuffixes.join('|')})$`,
)

/** Takes the host of a private registry apart; null for any other. @see Amazon ECR User Guide, "Private registries" */
export function readEcrHost(host: string): EcrHost | null {
  const isDualStack = dual.test(host)
  const groups = (isDualStack ? dual : single).exec(host)?.groups
  if (!groups) return null
  const { account = '', region = '', fips } = groups
  return { account, region, isFips: fips !== undefined, isDualStack }
}

/**
 * Whether this is Amazon's public registry.
 *
 * Assumed of Amazon ECR: `ecr-public.aws.com` is the same registry by another name.
 */
export function isEcrPublic(host: string): boolean {
  return host === 'public.ecr.aws' || host === 'ecr-public.aws.com'
}
