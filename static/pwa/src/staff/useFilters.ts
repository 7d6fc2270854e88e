/** The filters live in the address: back, forward and a shared link show the same page. */
import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { filtersFrom, queryFrom, type Filters } from './rules/filters'

export function useFilters() {
  const route = useRoute()
  const router = useRouter()
  const filters = computed(() => filtersFrom(route.query))

  /** What the address is about to say: of two changes at once the second must not undo the first. */
  let coming: Filters | null = null

  /** Any change but turning the page leads back to the first page. What is no next step takes the place of this one. */
  async function change(part: Partial<Filters>, { isNext = true } = {}) {
    const wanted = { ...(coming ?? filters.value), page: 1, after: '', ...part }
    coming = wanted
    const to = { query: queryFrom(wanted) }
    try {
      await ('search' in part || !isNext ? router.replace(to) : router.push(to))
    } finally {
      if (coming === wanted) coming = null
    }
  }

  return { filters, change }
}
