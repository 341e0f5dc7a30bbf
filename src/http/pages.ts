/**
 * Pages for people.
 *
 * @module
 */
import { hash } from 'node:crypto'
import type { FastifyReply } from 'fastify'

/** Answers with a page that may load nothing, and style and run only what stands in it, word for word. */
export function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply.header('content-security-policy', policyOf(html)).type('text/html; charset=utf-8').send(html)
}

/** The policy under which a page works and nothing that is put into it does (W3C Content Security Policy). */
function policyOf(html: string): string {
  return [
    "default-src 'none'",
    `style-src ${hashesOf(html, 'style')}`,
    `script-src ${hashesOf(html, 'script')}`,
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
