import type { EventSource, EventSourceOptions, FetchFixed } from '../event-source.ts'
import { isAuthorized } from '../proof/authorization.ts'
import { isInPath } from '../proof/path.ts'
import { createCertificates } from './certificates.ts'
import { readEcrEvent } from './image-action.ts'
import { isFromTopic, readSnsMessage } from './sns-message.ts'
import { confirmationAddress, readTopic, type Topic } from './topic.ts'

interface EcrOptions extends EventSourceOptions {
  /** ARNs of the topics of SNS that may tell; none unless EventBridge sends to us itself. */
  readonly topics: readonly string[]
  readonly fetch: FetchFixed
}

/** Enough for the answer to a confirmation, which is not looked at. */
const answerBytesMax = 64 * 1024

/**
 * Amazon ECR by EventBridge: sent by an API destination, with the secret in `Authorization`, or through a topic of SNS,
 * with the secret in the address and each message signed by SNS besides. Its queue (SQS) is read by `queue.ts`.
 *
 * @see Amazon ECR, "Amazon ECR events and EventBridge"
 */
export function createEcrSource({ registry, topics, fetch }: EcrOptions): EventSource {
  const certificates = createCertificates(fetch)
  const allowed = new Map(topics.map((arn): [string, Topic | null] => [arn, readTopic(arn)]))

  return {
    verify(request, secret) {
      const [byHeader, byPath] = [isAuthorized(request, secret), isInPath(request, secret)]
      if (!byHeader && !byPath) return false
      const message = readSnsMessage(request.body)
      // An address is easily learnt: what comes by it alone has to be signed.
      if (message === null) return byHeader
      const topic = allowed.get(message.topicArn)
      return topic ? isFromTopic(message, topic, certificates, request.receivedAt) : false
    },
    showsSecret: (head, secret) => [isAuthorized(head, secret), isInPath(head, secret)].includes(true),
    parse: ({ body }) => {
      const message = readSnsMessage(body)
      if (message === null) return readEcrEvent(registry, body, null)
      return message.type === 'Notification' ? readEcrEvent(registry, message.message, message.messageId) : []
    },
    async greet({ body }) {
      const message = readSnsMessage(body)
      const topic = message && allowed.get(message.topicArn)
      if (!topic || message.type !== 'SubscriptionConfirmation') return null
      const address = confirmationAddress(topic, message)
      if (address === null) return null
      await fetch(address, answerBytesMax)
      return { status: 'subscribed' }
    },
  }
}
