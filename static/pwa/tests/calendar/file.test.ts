import { expect, it } from 'vitest'
import { calendarFile } from '@/calendar/file'

const turn = {
  id: '01933f0e-7a4c-7cc3-98c4-dc0c0c07398f',
  station_id: 's',
  starts_at: Date.parse('2026-11-23T01:00:00Z'),
  ends_at: Date.parse('2026-11-23T04:00:00Z'),
  title: '值班：粤海站；一楼',
  place: '粤海街道, 1 号',
}

it('a turn stands in the calendar file with its own id, in UTC, with a reminder an hour before', async () => {
  const file = calendarFile([turn], { name: '值班安排', now: 0 })
  const lines = (await file.text()).split('\r\n')
  expect([file.name, file.type]).toEqual(['duty.ics', 'text/calendar'])
  expect(lines).toEqual(
    expect.arrayContaining([
      'BEGIN:VCALENDAR',
      `UID:${turn.id}`,
      'DTSTAMP:19700101T000000Z',
      'DTSTART:20261123T010000Z',
      'DTEND:20261123T040000Z',
      'TRIGGER:-PT1H',
      'LOCATION:粤海街道\\, 1 号',
      'END:VCALENDAR',
    ]),
  )
})
