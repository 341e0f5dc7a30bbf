/**
 * Pages for people.
 *
 * @module
 */
import { hash } from 'node:crypto'
import type { FastifyReply } from 'fastify'

/** What a page may do beside showing itself. */
export interface PageRights {
  /** Whether its script may send requests to this server; to nobody else in any case. */
  readonly asksUs?: boolean
}

/** Answers with a page that may load nothing, and style and run only what stands in it, word for word. */
export function sendPage(reply: FastifyReply, html: string, rights: PageRights = {}): FastifyReply {
  const policy = policyOf(html, rights)
  return reply.header('content-security-policy', policy).type('text/html; charset=utf-8').send(html)
}

/** The policy under which a page works and nothing that is put into it does (W3C Content Security Policy). */
function policyOf(html: string, { asksUs = false }: PageRights): string {
  return [
    "default-src 'none'",
    `style-src ${hashesOf(html, 'style')}`,
    `script-src ${hashesOf(html, 'script')}`,
    ...(asksUs ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

function hashesOf(html: string, tag: string): string {
  const inside = html.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))
  return (
    [...inside].map(([, text = '']) => `'sha256-${hash('sha256', text, 'base64')}'`).join(' ') || "'none'"
  )
}
