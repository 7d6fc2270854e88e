import { liveQuery } from 'dexie'
import { onScopeDispose, shallowRef, watchEffect, type ShallowRef } from 'vue'

/**
 * The answer of an IndexedDB query that stays true, whichever tab or worker writes. Reactive values read by
 * `ask` itself (not after an await) restart it. `undefined` until the first answer, so that a page can tell
 * "nothing yet" from "none".
 */
export function useLive<T>(ask: () => () => Promise<T>): Readonly<ShallowRef<T | undefined>> {
  const answer = shallowRef<T>()
  watchEffect((onCleanup) => {
    const subscription = liveQuery(ask()).subscribe({
      next: (value) => (answer.value = value),
      error: (reason) => console.error('reading the phone’s database', reason),
    })
    onCleanup(() => subscription.unsubscribe())
  })
  onScopeDispose(() => (answer.value = undefined))
  return answer
}
