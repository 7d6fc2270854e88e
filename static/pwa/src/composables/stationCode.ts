/** The code of a station's door, for the next tap there: scanned or typed, and soon over. Never needed. */
import { shallowRef } from 'vue'

export type AtDoor = { station_id: string; code: string }

export const atDoor = shallowRef<AtDoor | null>(null)

export const codeFor = (station_id: string): string | null =>
  atDoor.value?.station_id === station_id ? atDoor.value.code : null
