import type { Agent } from 'node:https'
import type { SQSClientConfig } from '@aws-sdk/client-sqs'
import { limitAnswers, messagesBytesMax } from './answer-limit.ts'
import { sqsFailure } from './sqs-failure.ts'

/** Which queue, and as whom. */
export interface SqsAccess {
  /** From the configuration, and nowhere else. */
  readonly url: string
  readonly region: string
  /** Null for the default chain: environment, profile, web identity, role of the machine. */
  readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string } | null
  /** Makes its connections, and ends with the queue; the SDK's own where it is absent. */
  readonly agent?: Agent
}

/** One message, invisible to others until it is removed or its time is over. */
export interface SqsMessage {
  readonly id: string
  readonly body: string
  /** How often it was received, this time included. */
  readonly receives: number
  /** By which it is removed. */
  readonly handle: string
}

/** A queue of Amazon SQS. The SDK signs, finds credentials, checks sums and tries again. */
export interface SqsQueue {
  /** Waits up to 20 s for messages. */
  receive(signal: AbortSignal): Promise<readonly SqsMessage[]>
  /** Those that cannot be removed come again. */
  remove(messages: readonly SqsMessage[], signal: AbortSignal): Promise<void>
  look(signal: AbortSignal): Promise<{ readonly waiting: number; readonly hasRedrive: boolean }>
  close(): void
}

/** The longest that SQS takes. */
const waitSeconds = 20

/** Far longer than keeping ten events takes, and short enough that what a crash left comes again soon. */
const invisibleSeconds = 60

/** Most that SQS gives at a time. */
const messagesMax = 10

const timeouts = { connectionTimeout: 10_000, requestTimeout: (waitSeconds + 15) * 1000 }

/** Loads the SDK, which only those pay who read a queue. */
export async function openSqsQueue({ url, region, keys, agent }: SqsAccess): Promise<SqsQueue> {
  const sqs = await import('@aws-sdk/client-sqs')
  const config: SQSClientConfig = {
    region,
    // Where the configuration says, whatever else the environment names.
    endpoint: new URL(url).origin,
    requestHandler: { ...timeouts, ...(agent && { httpsAgent: agent }) },
    ...(keys && { credentials: keys }),
  }
  const client = new sqs.SQSClient(config)
  limitAnswers(client, messagesBytesMax)
  const ask = async <Answer>(action: string, send: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await send()
    } catch (error) {
      throw sqsFailure(error, url, action)
    }
  }

  return {
    async receive(abortSignal) {
      const command = new sqs.ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: messagesMax,
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: invisibleSeconds,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      })
      const { Messages = [] } = await ask('sqs:ReceiveMessage', () => client.send(command, { abortSignal }))
      return Messages.map(({ MessageId = '', Body = '', ReceiptHandle = '', Attributes }) => ({
        id: MessageId,
        body: Body,
        handle: ReceiptHandle,
        receives: Number(Attributes?.ApproximateReceiveCount ?? 1),
      }))
    },
    async remove(messages, abortSignal) {
      if (messages.length === 0) return
      const Entries = messages.map(({ handle }, index) => ({ Id: String(index), ReceiptHandle: handle }))
      const command = new sqs.DeleteMessageBatchCommand({ QueueUrl: url, Entries })
      await ask('sqs:DeleteMessage', () => client.send(command, { abortSignal }))
    },
    async look(abortSignal) {
      const command = new sqs.GetQueueAttributesCommand({
        QueueUrl: url,
        AttributeNames: ['ApproximateNumberOfMessages', 'RedrivePolicy'],
      })
      const { Attributes } = await ask('sqs:GetQueueAttributes', () => client.send(command, { abortSignal }))
      const waiting = Number(Attributes?.ApproximateNumberOfMessages ?? 0)
      return { waiting, hasRedrive: Attributes?.RedrivePolicy !== undefined }
    },
    close() {
      client.destroy()
      agent?.destroy()
    },
  }
}
