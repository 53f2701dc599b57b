import type { Agent } from 'node:https'
import { readQueueUrl } from '../../clients/ecr/queue-url.ts'
import { openSqsQueue, type SqsMessage, type SqsQueue } from '../../clients/ecr/sqs-queue.ts'
import { AppError } from '../../errors.ts'
import type { EventQueue, EventSourceOptions } from '../event-source.ts'
import { readEcrEvent } from './image-action.ts'
import { readSnsMessage } from './sns-message.ts'

interface EcrQueueOptions extends EventSourceOptions {
  /** Address of the queue. */
  readonly url: string
  /** Makes the connections to it; those of the SDK where it is absent. */
  readonly agent?: Agent
  /** Opens it; by the SDK of Amazon unless given. */
  readonly open?: () => Promise<SqsQueue>
}

/**
 * A queue of SQS that EventBridge fills with what ECR tells, itself or through a topic of SNS. Who may send to the queue
 * its own policy says: nothing of a message proves it.
 */
export function createEcrQueue({
  registry,
  url,
  agent,
  open = () => openByAddress(url, agent),
}: EcrQueueOptions): EventQueue {
  let opening: Promise<SqsQueue> | null = null
  const queue = (): Promise<SqsQueue> => {
    opening ??= open()
    opening.catch(() => (opening = null))
    return opening
  }
  const received = new WeakMap<object, SqsMessage>()

  return {
    async receive(signal) {
      return (await (await queue()).receive(signal)).map((message) => {
        const { id, body, receives } = message
        const sns = readSnsMessage(Buffer.from(body))
        const events =
          sns === null ? readEcrEvent(registry, body, id) : readEcrEvent(registry, sns.message, sns.messageId)
        const told = { body, events, isFirst: receives <= 1 }
        received.set(told, message)
        return told
      })
    },
    async remove(messages, signal) {
      await (
        await queue()
      ).remove(
        messages.flatMap((each) => received.get(each) ?? []),
        signal,
      )
    },
    look: async (signal) => (await queue()).look(signal),
    close: () => void opening?.then((opened) => opened.close()).catch(() => {}),
  }
}

async function openByAddress(url: string, agent: Agent | undefined): Promise<SqsQueue> {
  const read = readQueueUrl(url)
  if (read === null) throw new AppError('EVENT_QUEUE_NOT_FOUND', `${url} is no address of a queue of SQS`)
  return openSqsQueue({ url, region: read.region, keys: null, ...(agent && { agent }) })
}
