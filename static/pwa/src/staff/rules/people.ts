/** A person being added or edited. Pure. */
import type { Area, Fields, PersonChoices, PersonEdits } from '../editing/wire'

export const NEW_PERSON: Fields = {
  name: '',
  role: 'member',
  sector: null,
  division_id: null,
  stations: [],
  disabled: false,
}

/** Whatever a person's fields name by id or code, with its name. */
export const namesOf = ({ sectors, districts, stations }: PersonChoices & Pick<PersonEdits, 'stations'>): Area[] => [
  ...sectors,
  ...districts,
  ...stations,
]

/** A role that this person of staff may not give stands in the list as long as the person has it. */
export const rolesOf = (given: string[], present: string): string[] =>
  given.includes(present) ? given : [present, ...given]

/** Why the form cannot be sent yet, by field: empty when it can. */
export function lackingOf({ name, role, division_id }: Fields): string[] {
  const lacking = String(name ?? '').trim() ? [] : ['name']
  return role === 'district_office' && !division_id ? [...lacking, 'division_id'] : lacking
}

/** What was found, and what is chosen already before it where that was not found. */
export const withChosen = (found: Area[], chosen: Area): Area[] =>
  !chosen.id || found.some(({ id }) => id === chosen.id) ? found : [chosen, ...found]

/** The stations found that are not chosen yet, the first few. */
export const offered = (found: Area[], chosen: string[], most = 8): Area[] =>
  found.filter(({ id }) => !chosen.includes(id)).slice(0, most)
