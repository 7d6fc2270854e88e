import { computed } from 'vue'
import { looksOf } from '@/rules/notices'
import { useFeed } from './stations'

/** When staff had constituents of this person's shown to them, and why. */
export function useLooks() {
  const notices = useFeed('notice')
  return computed(() => looksOf(notices.value ?? []))
}
