/**
 * Loads something for a page and keeps what was last seen: a failing reload never empties the screen.
 * A newer load wins over an older one that answers late. What failed is tried again when the network is back.
 */
import { onScopeDispose, shallowReactive, watch, type WatchSource } from 'vue'
import { Failed } from './calls'
import type { Trouble } from './rules/troubles'

export type Load<T> = {
  data: T | null
  /** When the data came. */
  at: Date | null
  trouble: Trouble | null
  loading: boolean
  reload: () => Promise<void>
  /** The same without a sign that it is under way: what is shown stays until the new is there. */
  refresh: () => Promise<void>
}

const shown = new Set<Load<unknown>>()

/** Everything on the page that failed: one tap mends all of it. */
export const reloadFailed = () =>
  Promise.all([...shown].filter(({ trouble }) => trouble).map((each) => each.reload()))

/** Everything on the page that follows the facts; what stands still is left alone. */
export const refreshShown = () => Promise.all([...shown].map((each) => each.refresh()))

/** Whether there is something to show, or a reason why there is nothing. */
export const hasAnswered = ({ data, trouble }: Load<unknown>): boolean => data !== null || trouble !== null

globalThis.addEventListener?.('online', reloadFailed)

export function useLoad<T>(
  load: () => Promise<T>,
  sources: WatchSource[] = [],
  { still = false } = {},
): Load<T> {
  const state: Load<T> = shallowReactive({
    ...{ data: null, at: null, trouble: null, loading: false },
    ...{ reload, refresh: still ? async () => {} : fetchNow },
  })
  let latest = 0

  function reload() {
    state.loading = true
    return fetchNow()
  }

  async function fetchNow() {
    const mine = ++latest
    const found = await outcome(load)
    if (mine !== latest) return
    Object.assign(state, { loading: false, trouble: found.trouble })
    if (found.data !== null) Object.assign(state, { data: found.data, at: new Date() })
  }

  shown.add(state)
  onScopeDispose(() => shown.delete(state))
  watch(sources, reload)
  void reload()
  return state
}

/** What a call gave, or why it gave nothing, as values. */
export async function outcome<T>(
  call: () => Promise<T>,
): Promise<{ data: T | null; trouble: Trouble | null }> {
  try {
    return { data: await call(), trouble: null }
  } catch (error) {
    if (error instanceof Failed) return { data: null, trouble: error.trouble }
    throw error
  }
}
