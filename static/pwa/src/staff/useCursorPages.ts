/**
 * A list that the server pages by where a page begins, turned by number: the address says which page is shown,
 * and where those before it began is remembered. Who comes by a link goes back to the first.
 */
import { computed, watch, type Ref } from 'vue'
import type { Filters } from './rules/filters'

type Turn = (part: { page: number; after: string }) => unknown

export function useCursorPages(filters: Ref<Filters>, next: () => string | null, change: Turn) {
  const begins = new Map<number, string>()
  const at = computed(() => (filters.value.after ? filters.value.page : 1))

  watch(
    () => [filters.value.window, filters.value.within, filters.value.gap],
    () => begins.clear(),
  )
  watch([at, () => filters.value.after], () => begins.set(at.value, filters.value.after), { immediate: true })

  function turn(page: number) {
    const after = page > at.value ? next() : begins.get(page)
    if (page > at.value && !after) return // that page is still on its way
    return change(after ? { page, after } : { page: 1, after: '' })
  }

  return { at, turn }
}
