/** A list that comes in pages: the first by `useLoad`, the following on a tap. */
import { shallowRef, watch } from 'vue'
import type { Trouble } from './rules/troubles'
import { outcome, useLoad } from './useLoad'

type Page<T> = { items: T[]; next: string | null }

export function useMore<T, P extends Page<T> = Page<T>>(load: (after?: string) => Promise<P & Page<T>>) {
  const first = useLoad(() => load())
  const items = shallowRef<T[]>([])
  const next = shallowRef<string | null>(null)
  const trouble = shallowRef<Trouble | null>(null)

  watch(
    () => first.data,
    (page) => {
      trouble.value = null
      items.value = page?.items ?? []
      next.value = page?.next ?? null
    },
  )

  let busy = false
  /** A second tap meanwhile would bring the same lines twice. */
  async function more() {
    if (busy) return
    busy = true
    await fetchMore().finally(() => (busy = false))
  }

  async function fetchMore() {
    const page = first.data
    const found = await outcome(() => load(next.value ?? undefined))
    if (first.data !== page) return // the list is another one by now
    trouble.value = found.trouble
    if (!found.data) return
    items.value = [...items.value, ...found.data.items]
    next.value = found.data.next
  }

  return { first, items, next, more, trouble }
}
