/** Who shares this tablet, and who is in front of it. */
import { answerDatabase } from '@/answers/database'
import { sessionDatabase, type Holder, type Session } from '@/api/sessions'
import { freezeAll } from '@/composables/recorder'
import { chosenStation } from '@/composables/stations'
import { holders, use } from '@/composables/session'
import { atDoor } from '@/composables/stationCode'
import { fits, keepPin } from './pin'

/** Makes the one who just signed in one of several; an earlier enrolment of the same person gives way. */
export async function addHolder(session: Session, digits: string): Promise<void> {
  const pin = await keepPin(digits)
  const { sessions, holders: stored } = sessionDatabase
  await sessionDatabase.transaction('rw', sessions, stored, async () => {
    await stored.filter((other) => other.session.me.member.id === session.me.member.id).delete()
    await stored.add({ device_id: session.device_id, session, pin })
    await sessions.delete('member')
  })
  await leave()
}

/** False when the PIN is another. */
export async function enter({ device_id, pin }: Holder, digits: string): Promise<boolean> {
  const may = await fits(digits, pin)
  if (may) await use(device_id)
  return may
}

/** What was tapped is frozen first, and what only this person should see goes from the screen and the tablet. */
export async function leave(): Promise<void> {
  await freezeAll()
  chosenStation.value = atDoor.value = null
  await use('')
  await Promise.all([answerDatabase.answers.clear(), answerDatabase.seen.clear()])
}

export const isHolder = (session: Session | null): boolean =>
  holders.value.some(({ device_id }) => device_id === session?.device_id)

export const nameOf = ({ session }: Pick<Holder, 'session'>): string => session.me.member.name
