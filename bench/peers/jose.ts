/** A check of a signed token (HS256) on bare node:http. Nothing is looked up, so nothing can be ended. */
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { jwtVerify, SignJWT } from 'jose'
import { fill, LIFETIME, readTask, SECRET, sayReady, visitOf } from './task.ts'

const task = readTask()
const algorithm = { name: 'HMAC', hash: 'SHA-256' }
const key = await crypto.subtle.importKey('raw', Buffer.from(SECRET), algorithm, false, ['sign', 'verify'])

await fill(task, (number) => {
  const { user, ...visit } = visitOf(task, number)
  return new SignJWT({ sid: randomBytes(16).toString('base64url'), user, visit })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(user.id)
    .setIssuedAt()
    .setExpirationTime(`${LIFETIME}s`)
    .sign(key)
})

const server = createServer((request, response) => {
  const token = request.headers.authorization?.slice('Bearer '.length) ?? ''
  jwtVerify(token, key, { algorithms: ['HS256'] }).then(
    ({ payload: { sid, iat, exp, user, visit } }) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ session: { id: sid, iat, exp, ...(visit as object) }, user }))
    },
    () => response.writeHead(401).end(),
  )
})
server.listen(task.port, '127.0.0.1', sayReady)
