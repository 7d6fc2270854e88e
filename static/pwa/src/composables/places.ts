/** Where a record was, in words: its own station, or that of the record that it is about. */
import { computed } from 'vue'
import { t } from '@/locales'
import type { Entry } from '@/sync/types'
import type { RecordRow } from './records'
import { useFeed } from './stations'

/** Stations by name alone: nobody has to wait for 2,420 of them to be put in order. */
export function useStationNames() {
  const rows = useFeed('station')
  const names = computed(() => new Map((rows.value ?? []).map(({ id, data }) => [id, String(data.name)])))
  return (id: string | null | undefined) => (id ? (names.value.get(id) ?? t('records.station_unknown')) : '')
}

export function usePlaces(rows: () => RecordRow[]) {
  const nameOf = useStationNames()
  const entries = computed(() => new Map(rows().map(({ id, entry }) => [id, entry])))

  function stationId({ body }: Entry): string | undefined {
    if ('station_id' in body && body.station_id) return body.station_id
    const about = 'target_id' in body ? body.target_id : 'shift_id' in body ? body.shift_id : null
    const target = entries.value.get(about ?? '')
    return target && stationId(target)
  }

  /** Empty when the record does not say. */
  return (entry: Entry): string => nameOf(stationId(entry))
}
