/**
 * From a tap to a saved entry: saved first, then a position is looked for, then 10 s of undo, then frozen and
 * sent. Nothing before the save waits for anything.
 */
import { reactive } from 'vue'
import { evenIfFull } from '@/sync/database'
import { attachFix, freezeEntries, record, undo } from '@/sync/outbox'
import { UNDO_MS } from '@/sync/protocol'
import type { Bodies, Kind } from '@/sync/types'
import { fixAt, watchPosition } from './position'
import { withRoom } from './room'
import { send } from './sending'
import { currentAuthor, person } from './session'
import { codeFor } from './stationCode'

/** What can be undone now, by the place on the screen that shows it. */
export const undoable = reactive(new Map<string, string>())

export type Tap<K extends Kind> = { place: string; kind: K; body: Bodies[K]; draft?: string }

export async function tap<K extends Kind>({ place, kind, body, draft }: Tap<K>): Promise<void> {
  const entry = await withRoom(record({ author: currentAuthor(), kind, body, draft }))
  undoable.set(place, entry.id)
  navigator.vibrate?.(30)
  setTimeout(() => void settle(place, entry.id), UNDO_MS)
  if ('fix' in body) follow(entry.id)
}

/** A tap at a station, with the position and the door's code that happen to be known. */
export function here(station_id: string) {
  const fix = fixAt(Date.now())
  const no_fix_reason = fix ? null : ('timeout' as const)
  return { station_id, fix, no_fix_reason, station_code: codeFor(station_id) }
}

/** False when it was frozen meanwhile. */
export async function takeBack(place: string): Promise<boolean> {
  const id = undoable.get(place)
  undoable.delete(place)
  return id !== undefined && undo(id)
}

export async function freezeAll(): Promise<void> {
  undoable.clear()
  if (person.value) await evenIfFull(freezeEntries({ person: person.value }))
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
