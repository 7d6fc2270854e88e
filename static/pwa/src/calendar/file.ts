/** Planned duty as a file that any phone's calendar takes in. Fetched only when somebody asks for it. */
import ical, { ICalAlarmType, ICalCalendarMethod } from 'ical-generator'
import type { Turn } from '@/rules/duty'

export type CalendarTurn = Turn & { title: string; place: string }

const AHEAD_S = 3600

/** The same turn has the same UID each time: added twice, it stands in the calendar once. */
export function calendarFile(turns: CalendarTurn[], { name, now }: { name: string; now: number }): File {
  const calendar = ical({
    name,
    method: ICalCalendarMethod.PUBLISH,
    prodId: { company: 'workstation', product: 'duty' },
  })
  for (const { id, starts_at, ends_at, title, place } of turns) {
    const event = calendar.createEvent({
      id,
      stamp: new Date(now),
      start: new Date(starts_at),
      end: new Date(ends_at),
      summary: title,
      location: place,
    })
    event.createAlarm({ type: ICalAlarmType.display, trigger: AHEAD_S, description: title })
  }
  return new File([calendar.toString()], 'duty.ics', { type: 'text/calendar' })
}
