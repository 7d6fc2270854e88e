/** A finger that pulls a page down, in px of the screen. */
export type Pull = { px: number; isFar: boolean }
type Point = { clientX: number; clientY: number }

const BEGINS_PX = 16
const FAR_PX = 110
const MOST_PX = 72

/** Null for a finger that goes up, aside, or hardly at all. The page follows half as far as the finger goes. */
export function pulledTo({ from, to }: { from: Point; to: Point }): Pull | null {
  const down = to.clientY - from.clientY
  const aside = Math.abs(to.clientX - from.clientX)
  if (down < BEGINS_PX || aside > down) return null
  return { px: Math.min(MOST_PX, down / 2), isFar: down >= FAR_PX }
}
