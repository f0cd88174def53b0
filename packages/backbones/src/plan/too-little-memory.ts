/** The `RangeError` of a plan that cannot be made to fit the memory that it is given. */
export class TooLittleMemory extends RangeError {
  override readonly name = 'TooLittleMemory'
  /** float32 values that the arena takes at least. */
  readonly least: number

  constructor(message: string, least: number) {
    super(message)
    this.least = least
  }
}
