/** Where a record was, in words: its own station, or that of the record that it is about. */
import { computed } from 'vue'
import { t } from '@/locales'
import type { Entry } from '@/sync/types'
import type { RecordRow } from './records'
import { useStations } from './stations'

export function usePlaces(rows: () => RecordRow[]) {
  const { byId } = useStations()
  const entries = computed(() => new Map(rows().map(({ id, entry }) => [id, entry])))

  function stationId({ body }: Entry): string | undefined {
    if ('station_id' in body && body.station_id) return body.station_id
    const about = 'target_id' in body ? body.target_id : 'shift_id' in body ? body.shift_id : null
    const target = entries.value.get(about ?? '')
    return target && stationId(target)
  }

  /** Empty when the record does not say. */
  return function placeOf(entry: Entry): string {
    const id = stationId(entry)
    return id ? (byId.value.get(id)?.name ?? t('records.station_unknown')) : ''
  }
}
