import { computed } from 'vue'
import { newDevices } from '@/rules/notices'
import { session } from './session'
import { useFeed } from './stations'

/** Devices that lately signed in as this person, without this one. */
export function useNewDevices() {
  const notices = useFeed('notice')
  return computed(() =>
    newDevices({ rows: notices.value ?? [], own: session.value?.device_id ?? '', now: Date.now() }),
  )
}
