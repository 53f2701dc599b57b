/** Takes the body of a successful answer as it comes in, so that it is never held as a whole. */
export interface BodySink {
  /**
   * @param chunk good during the call alone
   * @throws AppError, which ends the exchange: the rest is of no use then
   */
  write(chunk: Buffer): void
  /** The body is whole. @throws AppError */
  end(): void
}
