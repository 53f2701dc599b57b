const queuePattern =
  /^https:\/\/(?:sqs(?:-fips)?\.(?<region>[a-z0-9-]{1,40})\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|api\.aws))\/(?<account>\d{12})\/[\w-]{1,80}$/

/** What the address of a queue of SQS tells; null for any other, FIFO queues included. */
export function readQueueUrl(url: string): { readonly region: string; readonly account: string } | null {
  const { region, account } = queuePattern.exec(url)?.groups ?? {}
  return region === undefined || account === undefined ? null : { region, account }
}
