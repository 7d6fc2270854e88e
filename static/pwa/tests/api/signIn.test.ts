import '../phone'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { findSession, installationId } from '@/api/sessions'
import { enrol, signOut } from '@/api/signIn'
import { emptyPhone, me } from '../sync/cast'

type Body = {
  code: string
  device: { installation_id: string; public_key: Record<string, string>; name: string }
}
let bodies: Body[] = []
let answers: (() => Response)[] = []

beforeEach(async () => {
  await emptyPhone()
  bodies = []
  vi.stubGlobal('fetch', async (_path: string, { body }: RequestInit) => {
    bodies.push(body ? JSON.parse(body as string) : null)
    const answer = answers.shift()
    if (!answer) throw new TypeError('Failed to fetch')
    return answer()
  })
})

const welcome = () =>
  Response.json({ token: 't', device_id: 'd', me: me('li'), server_time: 'now' }, { status: 201 })
const refusal = () => Response.json({ code: 'sign_in.refused' }, { status: 401 })

describe('a one-time code', () => {
  it('gives a session with a key that can’t leave the browser', async () => {
    answers = [welcome]
    await enrol({ page: 'member', code: 'K7P2' })
    const session = (await findSession('member'))!
    expect(session).toMatchObject({ token: 't', device_id: 'd' })
    expect(session.key_pair!.privateKey.extractable).toBe(false)
    expect(Object.keys(bodies[0]!.device.public_key).sort()).toEqual(['crv', 'kty', 'x', 'y'])
  })

  it('may be tried again after a lost answer, from the same installation with the same key', async () => {
    answers = []
    await expect(enrol({ page: 'member', code: 'K7P2' })).rejects.toThrow()
    answers = [welcome]
    await enrol({ page: 'member', code: 'K7P2' })
    expect(bodies[1]!.device).toEqual(bodies[0]!.device)
    expect(bodies[0]!.device.installation_id).toBe(await installationId())
  })

  it('that is refused leaves nobody signed in', async () => {
    answers = [refusal]
    const { problem } = await enrol({ page: 'member', code: 'used' })
    expect(problem?.code).toBe('sign_in.refused')
    expect(await findSession('member')).toBeUndefined()
  })
})

describe('signing out', () => {
  it('ends the session on this phone even without a network', async () => {
    answers = [welcome]
    await enrol({ page: 'member', code: 'K7P2' })
    await signOut((await findSession('member'))!)
    expect(await findSession('member')).toBeUndefined()
  })
})
