import { verify } from 'node:crypto'
import { readJsonText, textOf } from '../../lib/json-fields.ts'
import type { Certificates } from './certificates.ts'
import { certificateAddress, type Topic } from './topic.ts'

/** What SNS puts around a message. */
export interface SnsMessage {
  readonly type: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation'
  readonly messageId: string
  readonly topicArn: string
  readonly message: string
  readonly subscribeUrl: string | null
  readonly token: string | null
  readonly signature: string
  readonly certificateUrl: string
  readonly algorithm: 'RSA-SHA1' | 'RSA-SHA256'
  /** What the signature is over. */
  readonly signed: string
}

const signedOfNotification = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'] as const
const signedOfConfirmation = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'] as const

/** Version 1 is what topics have unless told otherwise. */
const algorithms = { '1': 'RSA-SHA1', '2': 'RSA-SHA256' } as const

/** @returns null when it is none, or lacks what each has. @see Amazon SNS, "Parsing message formats" */
export function readSnsMessage(body: Uint8Array): SnsMessage | null {
  const json = readJsonText(body)
  const type = textOf(json, 'Type')
  const version = textOf(json, 'SignatureVersion')
  if (type !== 'Notification' && type !== 'SubscriptionConfirmation' && type !== 'UnsubscribeConfirmation') return null
  if (version !== '1' && version !== '2') return null
  const names = ['MessageId', 'TopicArn', 'Message', 'Signature', 'SigningCertURL']
  const [messageId, topicArn, message, signature, certificateUrl] = names.map((name) => textOf(json, name))
  if (!messageId || !topicArn || !message || !signature || !certificateUrl) return null
  const keys = type === 'Notification' ? signedOfNotification : signedOfConfirmation
  return {
    type,
    messageId,
    topicArn,
    message,
    subscribeUrl: textOf(json, 'SubscribeURL'),
    token: textOf(json, 'Token'),
    signature,
    certificateUrl,
    algorithm: algorithms[version],
    signed: keys.flatMap((key) => pair(key, textOf(json, key))).join(''),
  }
}

/** What is not there is left out. @see Amazon SNS, "Verifying the signatures of Amazon SNS messages" */
const pair = (key: string, value: string | null): readonly string[] => (value === null ? [] : [`${key}\n${value}\n`])

/**
 * Whether SNS signed a message, with a certificate of the region of its topic that holds now. That the certificate is
 * SNS's own follows from where it lies: it is fetched by https, and from nowhere else.
 */
export async function isFromTopic(
  message: SnsMessage,
  topic: Topic,
  certificates: Certificates,
  now: number,
): Promise<boolean> {
  const address = certificateAddress(topic, message.certificateUrl)
  if (address === null || message.topicArn !== topic.arn) return false
  const certificate = await certificates(address)
  const holds = Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo)
  const { publicKey } = certificate
  if (!holds || publicKey.asymmetricKeyType !== 'rsa') return false
  return verify(message.algorithm, Buffer.from(message.signed), publicKey, Buffer.from(message.signature, 'base64'))
}
