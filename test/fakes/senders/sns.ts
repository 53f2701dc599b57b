import { createSign } from 'node:crypto'
import { nowMs } from '../event-requests.ts'
import { snsKey } from '../sns-certificate.ts'

export const topic = 'arn:aws:sns:eu-central-1:123456789012:images'
export const snsHost = 'sns.eu-central-1.amazonaws.com'
export const certificateUrl = `https://${snsHost}/SimpleNotificationService-0123456789abcdef.pem`

/** A message of SNS, signed; `fields` are put over it before that, `after` after that. */
export function snsMessage(
  message: string,
  fields: Readonly<Record<string, string>> = {},
  after: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const envelope: Record<string, string> = {
    Type: 'Notification',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: topic,
    Message: message,
    Timestamp: new Date(nowMs).toISOString(),
    SignatureVersion: '2',
    SigningCertURL: certificateUrl,
    UnsubscribeURL: `https://${snsHost}/?Action=Unsubscribe`,
    ...fields,
  }
  const keys =
    envelope['Type'] === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type']
  const text = keys.flatMap((key) => (envelope[key] === undefined ? [] : [`${key}\n${envelope[key]}\n`])).join('')
  const algorithm = envelope['SignatureVersion'] === '1' ? 'RSA-SHA1' : 'RSA-SHA256'
  const signature = createSign(algorithm).update(text).sign(snsKey, 'base64')
  return { ...envelope, Signature: signature, ...after }
}

/** What SNS asks a new subscriber. */
export const confirmation = (fields: Readonly<Record<string, string>> = {}) =>
  snsMessage('You have chosen to subscribe', {
    Type: 'SubscriptionConfirmation',
    Token: '2336412f37fb687f5d51e6e241d7700ae02f7124d8268910b858cb4db727ceeb',
    SubscribeURL: `https://${snsHost}/?Action=ConfirmSubscription&TopicArn=${topic}&Token=2336412f`,
    ...fields,
  })
