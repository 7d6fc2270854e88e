import { watch } from 'vue'

const REACTION_MS = 400

type Shown<T> = {
  shown: () => T | null
  /** More than a first guess, and not what the person has just chosen: its change surprises. */
  isRead: () => boolean
}

/**
 * What a tap means: what the person can have read. What came in place of it a moment ago, by itself, came after the
 * finger set out.
 */
export function useMeant<T>({ shown, isRead }: Shown<T>): () => T | null {
  let former: T | null = null
  let since = -Infinity
  watch(
    [shown, isRead],
    ([now], [before, wasRead]) => {
      if (now === before) return
      former = wasRead && isRead() ? before : null
      since = performance.now()
    },
    { flush: 'post' },
  )
  return () => (former && performance.now() - since < REACTION_MS ? former : shown())
}
