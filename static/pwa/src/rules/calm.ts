/** When nobody is disturbed by the page starting again. Times in ms. */
export type Moment = {
  /** A form or dialog stands open, or the camera is on. */
  formOpen: boolean
  sending: boolean
  /** Something was just tapped and can still be undone, or a door's code waits for its tap. */
  underWay: boolean
  hidden: boolean
  /** Since the last touch or key. */
  quiet_ms: number
}

export const UPDATE_AFTER_MS = 30_000
export const LEAVE_AFTER_MS = 180_000

export function isCalm({ formOpen, sending, underWay, hidden, quiet_ms }: Moment, after_ms: number): boolean {
  return !formOpen && !sending && !underWay && (hidden || quiet_ms >= after_ms)
}
