/**
 * The tablet's clock against the server's. `ahead_ms` is by how much the server's is ahead; the screen shows
 * the server's time, since old tablets drift and nobody sets them.
 */
export const WRONG_MS = 30_000
const JUMP_MS = 5_000

type Call = { server_time: string; asked_ms: number; answered_ms: number }

/** Half of the way there and back is taken for the way back. */
export function aheadOf({ server_time, asked_ms, answered_ms }: Call): number {
  return Date.parse(server_time) - (asked_ms + answered_ms) / 2
}

type Jump = { ahead_ms: number; jump_ms: number }

/**
 * The wall clock went another way than the running one by `jump_ms`. Somebody put a wrong clock right when that
 * makes up for most of the difference; else the tablet slept, or its clock is wrong now, and only the server knows.
 */
export function afterJump({ ahead_ms, jump_ms }: Jump): number {
  const wasWrong = Math.abs(ahead_ms) > WRONG_MS
  const isRight = Math.abs(ahead_ms - jump_ms) <= WRONG_MS
  return wasWrong && isRight ? ahead_ms - jump_ms : ahead_ms
}

export const isJump = (jump_ms: number) => Math.abs(jump_ms) > JUMP_MS
