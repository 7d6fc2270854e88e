/**
 * From a tap to a saved entry: saved first, then a position is looked for, then 10 s of undo, then frozen and
 * sent. Nothing before the save waits for anything.
 */
import { reactive } from 'vue'
import { evenIfFull } from '@/sync/database'
import { attachFix, freezeEntries, improve, record, undo } from '@/sync/outbox'
import { UNDO_MS } from '@/sync/protocol'
import type { Behalf, Bodies, CheckIn, Kind } from '@/sync/types'
import { fixAt, watchPosition } from './position'
import { withRoom } from './room'
import { send } from './sending'
import { currentAuthor, everybody, person } from './session'
import { codeFor } from './stationCode'

/** What can be undone now, by the place on the screen that shows it. */
export const undoable = reactive(new Map<string, string>())

/** At which station it was saved, by the same places. */
export const savedAt = reactive(new Map<string, string>())

export type Tap<K extends Kind> = {
  place: string
  kind: K
  body: Bodies[K]
  draft?: string
  behalf?: Behalf
}

export async function tap<K extends Kind>({ place, ...said }: Tap<K>): Promise<void> {
  const entry = await withRoom(record({ author: currentAuthor(), ...said }))
  undoable.set(place, entry.id)
  if ('station_id' in said.body) savedAt.set(place, said.body.station_id)
  else savedAt.delete(place)
  navigator.vibrate?.(30)
  setTimeout(() => void settle(place, entry.id), UNDO_MS)
  if ('fix' in said.body && !said.behalf) follow(entry.id) // whose phone it is says nothing of where the other was
}

/** A tap at a station, with the position and the door's code that happen to be known. */
export function here(station_id: string) {
  const fix = fixAt(Date.now())
  const no_fix_reason = fix ? null : ('timeout' as const)
  return { station_id, fix, no_fix_reason, station_code: codeFor(station_id) }
}

/** What can still be undone at these places was at this station: the same taps, at the same moments. */
export async function moveTo(places: string[], presence: { station_id: string; purpose: CheckIn['purpose'] }) {
  const { station_id, purpose } = presence
  for (const place of places.filter((one) => savedAt.has(one))) {
    await improve(undoable.get(place) ?? '', (body) => {
      const moved = { ...body, station_id, station_code: codeFor(station_id) }
      return 'purpose' in body ? { ...moved, purpose } : moved
    })
    savedAt.set(place, station_id)
  }
}

/** False when it was frozen meanwhile. */
export async function takeBack(place: string): Promise<boolean> {
  const id = undoable.get(place)
  undoable.delete(place)
  return id !== undefined && undo(id)
}

export async function freezeAll(): Promise<void> {
  undoable.clear()
  for (const each of everybody.value) await evenIfFull(freezeEntries({ person: each }))
}

async function settle(place: string, id: string): Promise<void> {
  if (undoable.get(place) === id) undoable.delete(place)
  if (person.value) await evenIfFull(freezeEntries({ person: person.value, id }))
  await send('routine')
}

function follow(id: string): void {
  watchPosition({
    for_ms: UNDO_MS,
    onPosition: () => {
      const fix = fixAt(Date.now())
      if (fix) void attachFix(id, { ...fix, age_s: 0 })
    },
    onNone: (reason) => void attachFix(id, reason),
  })
}
