import { describe, expect, it } from 'vitest'
import { isStaff, troubleFrom } from '@/staff/rules/troubles'

const problem = (status: number) => ({ status, code: 'noun.reason', title: '', detail: '请联系上级办公室。' })

describe('what a refused call means to the reader', () => {
  it.each([
    [401, 'sign_in'],
    [403, 'no_right'],
    [404, 'absent'],
    [500, 'failed'],
    [429, 'failed'],
  ])('%i is %s', (status, kind) => {
    expect(troubleFrom(problem(status), 'r1').kind).toBe(kind)
  })

  it('keeps what the office needs to report a failure', () => {
    expect(troubleFrom(problem(500), 'r1')).toMatchObject({ code: 'noun.reason', request_id: 'r1' })
  })
})

describe('who may see the office’s pages', () => {
  it('is staff, but neither a member nor an auditor', () => {
    expect(
      ['liaison', 'district_office', 'city_office', 'member', 'auditor'].map((role) => isStaff([role])),
    ).toEqual([true, true, true, false, false])
  })
})
