/** The filters live in the address: back, forward and a shared link show the same page. */
import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { filtersFrom, queryFrom, type Filters } from './rules/filters'

export function useFilters() {
  const route = useRoute()
  const router = useRouter()
  const filters = computed(() => filtersFrom(route.query))

  /** Any change but turning the page leads back to the first page. */
  function change(part: Partial<Filters>) {
    const typing = 'search' in part
    const query = queryFrom({ ...filters.value, page: 1, ...part })
    return typing ? router.replace({ query }) : router.push({ query })
  }

  return { filters, change }
}
