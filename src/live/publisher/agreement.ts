/**
 * What is agreed on with a peer: which of the media that it described, in which codecs.
 *
 * @module
 */
import { RollcallError } from '../../core/errors.ts'
import type { LocalSection } from './answer.ts'
import { chooseCodec, findCodec } from './codecs.ts'
import type { Offering } from './publication.ts'
import type { Description, Section } from './sdp.ts'
import { makeSource, type ViewingLine } from './viewing.ts'

/** What is taken of a publisher. */
export interface PublishingAgreement {
  readonly sections: readonly LocalSection[]
  readonly offerings: readonly Offering[]
}

/** What is sent to a player. */
export interface ViewingAgreement {
  readonly sections: readonly LocalSection[]
  readonly lines: readonly ViewingLine[]
}

/** Takes the first sound and the first picture of a publisher. @throws RollcallError `unprocessable` where there is none */
export function agreeToPublish({ sections }: Description): PublishingAgreement {
  const offerings: Offering[] = []
  const written = sections.map((section): LocalSection => {
    const codec = isOpen(section) && sends(section) && isNew(offerings, section) && chooseCodec(section)
    if (codec) offerings.push({ kind: section.kind, codec })
    return { ...labelOf(section), direction: 'recvonly', ...(codec && { codec }) }
  })
  if (offerings.length === 0)
    throw new RollcallError(
      'unprocessable',
      'The offer has no sound and no picture to send. Offer to send one of them.',
    )
  return { sections: written, offerings }
}

/** Gives a player what it wants of what is published. @throws RollcallError `unprocessable` where it cannot play that */
export function agreeToPlay({ sections }: Description, offerings: readonly Offering[]): ViewingAgreement {
  const lines: ViewingLine[] = []
  const written = sections.map((section): LocalSection => {
    const offering = offerings.find(({ kind }) => kind === section.kind)
    const label = { ...labelOf(section), direction: 'sendonly' as const }
    if (!isOpen(section) || !receives(section) || offering === undefined || !isNew(lines, section))
      return label
    const codec = findCodec(offering.codec, section)
    if (codec === undefined) throw noCommonCodec(offering)
    const source = makeSource()
    lines.push({ kind: section.kind, published: offering.codec, type: codec.type, source })
    return { ...label, codec, source }
  })
  if (lines.length === 0)
    throw new RollcallError(
      'unprocessable',
      'The offer takes nothing of what is published. Offer to receive it.',
    )
  return { sections: written, lines }
}

/** What a player is offered: all of what is published. */
export function proposeToPlay(offerings: readonly Offering[]): ViewingAgreement {
  const rows = offerings.map(({ kind, codec }, index) => {
    const source = makeSource()
    const line: ViewingLine = { kind, published: codec, type: codec.type, source }
    const section: LocalSection = {
      kind,
      protocol: 'UDP/TLS/RTP/SAVPF',
      format: String(codec.type),
      mid: String(index),
      direction: 'sendonly',
      codec,
      source,
    }
    return { line, section }
  })
  return { sections: rows.map(({ section }) => section), lines: rows.map(({ line }) => line) }
}

/** What a player accepted of what it was offered. @throws RollcallError `unprocessable` where that is nothing */
export function acceptedOf({ sections }: Description, proposed: ViewingAgreement): readonly ViewingLine[] {
  const lines = proposed.lines.filter((line, index) => {
    const section = sections.find(({ mid }) => mid === proposed.sections[index]?.mid)
    return (
      section !== undefined &&
      isOpen(section) &&
      receives(section) &&
      section.codecs.some(({ type }) => type === line.type)
    )
  })
  if (lines.length === 0)
    throw new RollcallError('unprocessable', 'The answer accepts nothing of what was offered.')
  return lines
}

function noCommonCodec({ kind, codec }: Offering): RollcallError {
  const parameters = codec.parameters === '' ? '' : ` (${codec.parameters})`
  return new RollcallError(
    'unprocessable',
    `The ${kind} of this stream is ${codec.name}${parameters}, which the offer does not have.`,
  )
}

function labelOf({ kind, protocol, format, mid }: Section): Omit<LocalSection, 'direction'> {
  return { kind, protocol, format, mid }
}

function isOpen({ rejected, kind, protocol }: Section): boolean {
  return !rejected && (kind === 'audio' || kind === 'video') && protocol.endsWith('RTP/SAVPF')
}

function sends({ direction }: Section): boolean {
  return direction === 'sendrecv' || direction === 'sendonly'
}

function receives({ direction }: Section): boolean {
  return direction === 'sendrecv' || direction === 'recvonly'
}

function isNew(taken: readonly { readonly kind: string }[], section: Section): boolean {
  return !taken.some(({ kind }) => kind === section.kind)
}
