/**
 * What the fields of requests mean.
 *
 * A field means the same wherever it stands; where it does not, it is written with the name of what it stands in.
 *
 * @module
 */
import type { Schema } from './examples.ts'

/** A schema whose fields say what they mean, wherever they do not say it themselves. */
export function explained(schema: Schema, ...path: readonly string[]): Schema {
  const { properties, items, anyOf } = schema
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, field]) => [name, explainedField(field, [...path, name])]),
      ),
    }),
    ...(items && { items: explained(items, ...path) }),
    ...(anyOf && { anyOf: anyOf.map((each) => explained(each, ...path)) }),
  }
}

function explainedField(schema: Schema, path: readonly string[]): Schema {
  const description = meaningOf(path)
  return { ...explained(schema, ...path), ...(description !== undefined && { description }) }
}

/** The most particular meaning: by the whole path, by its last two names, by its last. */
function meaningOf(path: readonly string[]): string | undefined {
  return MEANINGS[path.join('.')] ?? MEANINGS[path.slice(-2).join('.')] ?? MEANINGS[path.at(-1) ?? '']
}

const MEANINGS: Readonly<Record<string, string>> = {
  realm:
    'Which realm is meant; that of the access key unless named, and `default` for a key for all of them.',
  'Holder.id': "The session's id, or `current` for the one that asks.",
  'Sessions.id': "The session's id.",
  'Users.id': "The user's id.",
  'Denials.id': "The denial's id.",
  'Keys.id': "The key's id.",
  limit: 'How many a page may have, 1 to 200; 50 unless told otherwise.',
  cursor: 'Goes on where a page left off: its `nextCursor`.',
  sort: 'What is newest: `issued`, unless told otherwise, or `active`.',

  user: 'Whose.',
  parent: 'Those that live under this login.',
  resource: 'What they are attached to, a path.',
  resourcePrefix: 'What the path that they are attached to begins with.',
  name: 'The name that they hold.',
  kind: 'What is held.',
  status: 'Whether they live; `live` unless told otherwise, `ended` where a `reason` is given.',
  type: 'The form of the device.',
  browser: '`Chrome`, or with its major version `Chrome 120`; in any case.',
  os: 'The operating system, in any case.',
  address: 'An address, or a network such as `10.0.0.0/8`.',
  issuedAfter: 'Issued then or later: a moment, or a span such as `15m` for so long ago.',
  issuedBefore: 'Issued before then: a moment, or a span for so long ago.',
  activeAfter: 'Last active then or later: a moment, or a span for so long ago.',
  activeBefore: 'Last active before then: a moment, or a span for so long ago.',
  reason: 'Why they are over.',
  level: 'How strongly their holders proved who they are.',
  label: 'What their owner calls them, exactly.',
  text: 'Found, in any case, within user id, display name, address, label, user agent, browser or system.',

  'readPresence.user': 'Whose. Once for each user, a hundred at the most.',
  'openLine.resource': 'What it is attached to, a path.',
  'openLine.name': 'A name that only one live connection of that resource may hold.',
  'openLineOfEvents.resource': 'What it is attached to, a path.',
  'openLineOfEvents.name': 'A name that only one live connection of that resource may hold.',

  'IssueBody.user':
    'Whose it is. Fields given update the user, absent ones stay. Only a playback may be without.',
  'IssueBody.user.id': "Their id, in the application's words: 128 bytes at most.",
  'IssueBody.user.displayName': 'What people call them.',
  'IssueBody.user.role': 'What they may do. Setting it needs the scope `users:write` too.',
  'IssueBody.kind': 'What is held; a `login` unless told otherwise.',
  'IssueBody.parentId':
    'The login that it lives under, of the same realm. It is of the same user, and ends with it.',
  'IssueBody.resource': 'What a connection or playback is attached to, a path.',
  'IssueBody.name': 'A name that only one live session of this kind and resource may hold.',
  'IssueBody.lifetime': "When it ends at the latest: a span, never more than the server's.",
  'IssueBody.idle': 'The longest silence: a span.',
  'IssueBody.data': 'What the application keeps beside it: 4 KiB of JSON at most.',
  'IssueBody.replaces': "A session's id, or `same-label`: what gives way to this one.",
  'IssueBody.limit': "How many sessions of this kind the user may have, in place of the server's setting.",
  'IssueBody.limit.sessions': 'How many.',
  'IssueBody.limit.atLimit': 'What happens at that number.',

  device: 'What it is held with.',
  'device.ip': 'Address of the holder.',
  'device.userAgent': 'The `User-Agent` header. Browser, system and form are parsed from it.',
  'device.label': 'What its owner calls it.',
  authentication: 'How the holder proved who they are.',
  'authentication.methods': 'By what, in the values of RFC 8176.',
  'authentication.level': 'How strongly: 1 with one factor, 2 with two, 3 bound to hardware.',

  token: 'One token.',
  tokens: 'Tokens, a thousand at most.',
  seen: 'What the holder is seen with now.',
  'seen.ip': 'Address of the holder.',
  'seen.userAgent': 'The `User-Agent` header.',
  'seen.label': 'Not looked at.',
  maxAge: 'How long ago the holder may have proved who they are: a span.',
  'VerifyBody.level': 'How strongly they must have, at the least.',

  selector: 'Which sessions are to end.',
  'selector.id': 'One session.',
  'selector.ids': 'These sessions, a thousand at most.',
  'selector.user': 'Everything of a user.',
  'selector.except': 'But for this login, and what lives under it.',
  'selector.parent': 'What lives under this login.',
  'selector.resource': 'What is attached to this resource.',
  'selector.name': 'And holds this name.',
  'selector.filter': 'What a filter finds, as lists have it.',
  'selector.everyone': 'Everything there is in the realm.',
  'EndBody.reason': 'Why; `revoked` unless told otherwise.',
  dryRun: 'Counts what would end, and ends nothing.',
  deny: 'Keeps something of what ends out for a time.',
  'deny.keys': 'What is kept out.',
  'deny.for': 'For how long: a span.',

  'PatchBody.label': 'What its owner calls it; null takes it away.',
  'PatchBody.data': 'What the application keeps beside it; null takes it away.',
  'LabelBody.label': 'What you call it; null takes it away.',
  'UserBody.displayName': 'What people call them.',
  'UserBody.role': 'What they may do; each role includes the ones before it.',
  'UserBody.banned': 'Whether they are kept out for good. A ban ends everything they have.',
  'UserBody.reason': 'Why they are banned, for whoever asks later.',
  'KeyBody.name': 'What it is called.',
  'KeyBody.scopes': 'What it may do. `admin` includes every other scope.',
  'KeyBody.realm': 'The one realm that it is for; that of the calling key unless named.',

  wait: '`all`: answers once every node that may vouch for a session has heard of it.',
  timeout: 'With `wait`: how long at the most, a span; `2s` unless told otherwise, `30s` at most.',
  fresh: 'Asks the store, whatever this node may vouch for.',

  scope: '`others`: everywhere but here. `all`: here too.',
  after: 'The position after which to begin; the oldest that is kept, unless given.',
  'readEvents.type': 'Types of events, with commas between.',
  'readEvents.user': 'What concerns this user.',
  'readEvents.resource': 'What concerns this resource, or everything below a path that ends in `/*`.',
  'readEvents.realm': 'What happened in this realm.',
}
