/**
 * What people of the demo are called.
 *
 * @module
 */
import type { Several } from './chance.ts'

const FIRST: Several<string> = list(`
  Ada Amara Anouk Aroha Bao Beatriz Björn Camila Chidi Chloé Daiki Dalia Emeka Esra Farid Freya Giulia Hana Haruto Hugo
  Imani Ines Ivan Jonas Kamala Kofi Lars Leila Linnea Mateo Mei Mira Naledi Nikhil Nour Oskar Paloma Priya Quentin Rania
  Rémi Sana Sofía Tariq Thandiwe Tomás Yara Zoë
`)

const LAST: Several<string> = list(`
  Abebe Almeida Andersen Banerjee Bauer Bianchi Castillo Chen Cohen Dahl Delgado Dubois Eriksen Fernández Fischer Fontaine
  Gupta Haddad Hansen Horvat Ibrahim Ito Jansen Jovanović Kaya Keller Khan Kim Kowalski Kumar Laurent Lindqvist Mahlangu
  Marín Mbeki Mensah Moreau Müller Nakamura Nguyen Novak Okafor Oliveira Osei Park Patel Pereira Petrova Popescu Rahman
  Rossi Sato Schmidt Silva Sørensen Tanaka Tesfaye Torres Vargas Virtanen Wagner Weber Yilmaz Zhang
`)

/** Somebody's names. */
export interface Name {
  /** What their user id is made of, such as `zoe.muller`; no two people share it. */
  readonly id: string
  readonly first: string
  readonly full: string
}

/** A step through all pairs of names that comes by each of them: it shares no factor with their number. */
const STEP = 1_151

/** Names a person by number. Numbers below the next have other names; an offset changes them all. */
export function nameOf(number: number, offset: number): Name {
  const pairs = FIRST.length * LAST.length
  const pair = (number * STEP + offset) % pairs
  const first = FIRST[pair % FIRST.length] ?? FIRST[0]
  const last = LAST[Math.floor(pair / FIRST.length)] ?? LAST[0]
  const round = Math.floor(number / pairs)
  return {
    id: `${plain(first)}.${plain(last)}${round === 0 ? '' : round + 1}`,
    first,
    full: `${first} ${last}`,
  }
}

function list(text: string): Several<string> {
  const [first = '', ...rest] = text.trim().split(/\s+/)
  return [first, ...rest]
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll('ø', 'o').normalize('NFD').replace(/\p{M}/gu, '')
}
