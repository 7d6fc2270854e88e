/** From a code in hand to the next tap, or to the tap that was just made. */
import { database } from '@/sync/database'
import { undoable } from './recorder'
import { atDoor, type AtDoor } from './stationCode'

/** The server takes a code for a minute around its time, so an older one would only be said to be wrong. */
const GOOD_MS = 60_000

export async function takeCode(found: AtDoor): Promise<void> {
  atDoor.value = found
  setTimeout(() => {
    if (atDoor.value === found) atDoor.value = null
  }, GOOD_MS)
  await attachCode(found)
}

/** What was tapped at this station and can still be undone gets the code too. */
async function attachCode({ station_id, code }: AtDoor): Promise<void> {
  const open = database.entries.where('id').anyOf([...undoable.values()])
  await open
    .and(({ state }) => state === 'recorded')
    .modify((entry) => {
      if ('fix' in entry.body && entry.body.station_id === station_id) entry.body.station_code = code
    })
}
