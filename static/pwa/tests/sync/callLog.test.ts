import 'fake-indexeddb/auto'
import { beforeEach, describe, expect, it } from 'vitest'
import { aheadMs, listCalls, noteCall } from '@/sync/callLog'
import { database } from '@/sync/database'

const note = (at: number) => ({ at, status: 200, code: null, sent: 1, took_ms: 5, ahead_ms: 0 })

beforeEach(() => database.settings.clear())

describe('the log of calls', () => {
  it('keeps the last ten, the latest first, each person apart', async () => {
    for (let at = 1; at <= 12; at++) await noteCall('one', note(at))
    await noteCall('other', note(99))
    expect((await listCalls('one')).map(({ at }) => at)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3])
    expect((await listCalls('other')).length).toBe(1)
  })

  it('measures the clock from the middle of the call, and not without the server’s time', () => {
    const server_time = new Date(10_000).toISOString()
    expect(aheadMs({ began: 10_900, ended: 11_100, server_time })).toBe(1_000)
    expect(aheadMs({ began: 1, ended: 2 })).toBeNull()
  })
})
