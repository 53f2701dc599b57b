/** A topic of SNS that the configuration allows. */
export interface Topic {
  readonly arn: string
  /** Where SNS of its region is asked, for its certificates too: `sns.eu-central-1.amazonaws.com`. */
  readonly host: string
}

const arnPattern = /^arn:(aws|aws-cn|aws-us-gov):sns:([a-z0-9-]{1,40}):\d{12}:[\w-]{1,256}$/

/** @returns null when it is no ARN of a standard topic */
export function readTopic(arn: string): Topic | null {
  const [, partition, region] = arnPattern.exec(arn) ?? []
  if (region === undefined) return null
  return { arn, host: `sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}` }
}

/**
 * Where the certificate lies that a message names: at the host of its topic's region, in a file of the name that SNS
 * gives them. Another path of that host could be made to answer with bytes of a stranger's choosing.
 *
 * @returns null when it is anywhere else
 */
export function certificateAddress({ host }: Topic, named: string): URL | null {
  const [, file] = /^https:\/\/[^/]*\/(SimpleNotificationService-[a-zA-Z0-9]{1,64}\.pem)$/.exec(named) ?? []
  return file !== undefined && named === `https://${host}/${file}` ? new URL(named) : null
}

/**
 * Where a subscription is confirmed: built here of the topic that is allowed and of the token, and only if the message
 * names that host too.
 */
export function confirmationAddress(
  { host, arn }: Topic,
  { subscribeUrl, token }: { readonly subscribeUrl: string | null; readonly token: string | null },
): URL | null {
  const named = URL.parse(subscribeUrl ?? '')
  if (named?.origin !== `https://${host}` || token === null || !/^[a-zA-Z0-9]{1,1000}$/.test(token)) return null
  const address = new URL(`https://${host}/`)
  address.search = new URLSearchParams({ Action: 'ConfirmSubscription', TopicArn: arn, Token: token }).toString()
  return address
}
