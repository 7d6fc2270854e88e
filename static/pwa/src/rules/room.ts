/** How much the browser may still store, said in words before it is too late. */
export type Room = 'ample' | 'short' | 'none'
export type Looked = {
  /** What the browser estimates, in bytes. Chromium always says 10 GiB more than is used, so it may be untrue. */
  estimate: { usage?: number; quota?: number }
  /** Whether a large trial could be stored; null where none was made yet. */
  fits: boolean | null
  /** The last thing to be stored was refused as too much. */
  refused: boolean
}

const SHORT_BYTES = 20_000_000
const SHORT_SHARE = 0.1

export function roomOf({ estimate, fits, refused }: Looked): Room {
  if (refused) return 'none'
  const { usage = 0, quota = 0 } = estimate
  const free = quota - usage
  const looksShort = quota > 0 && (free < SHORT_BYTES || free < quota * SHORT_SHARE)
  return looksShort || fits === false ? 'short' : 'ample'
}
