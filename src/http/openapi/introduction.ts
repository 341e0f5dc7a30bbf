/**
 * What is said of the native API as a whole.
 *
 * @module
 */

/** CommonMark: paragraphs, lists and code spans, under headings of the second level. */
export const INTRODUCTION = `Rollcall keeps track of everyone who is signed in, connected or watching, and ends any of it at once, on every node. Your application authenticates people however it likes; then it asks Rollcall to issue a session, and afterwards whose one is.

## Credentials

The holder of a session proves it with its **token**: as \`Authorization: Bearer rct_…\`, as \`X-Session-Token\`, or in the cookie \`__Host-rollcall\`. Two different tokens in one request are refused.

Backends and operators call with an **access key**: as \`Authorization: Bearer rck_…\`, or with HTTP Basic, alone or as the password of any user. A key has scopes, and is for one realm or for all. Nothing crosses realms.

## Conventions

JSON is camelCase. Moments are RFC 3339, in UTC, with milliseconds. Spans of time are milliseconds or text such as \`15m\`. Absent fields are left out; unknown fields are refused. Bodies are 64 KiB at most.

Lists are pages: \`{ items, nextCursor }\`. Hand \`nextCursor\` back as \`cursor\` for the next one; it is null on the last. A page may be short and still have a cursor.

## Failures

A failure is a problem (RFC 9457) of the media type \`application/problem+json\`. \`code\` is for programs and never changes; \`detail\` says what to do next. Somebody else's thing and a missing one are the same \`not-found\`.

## Ends

Ending what is over already is success, with \`ended\` 0. An acknowledged end is never undone, and holds on every node.
`
