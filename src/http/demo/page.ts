/**
 * The demo page: publish a stream, watch it in several players, see who watches, and cut one of them.
 *
 * It needs nothing but this server, asks for the access key, and keeps that in memory.
 *
 * @module
 */
import { html, trusted } from '../docs/html.ts'
import { SCRIPT } from './script.ts'
import { STYLE } from './style.ts'

/** The stream that the page publishes and plays. */
export const DEMO_STREAM = { vhost: 'default', app: 'app', stream: 'stream' } as const

/** Writes the page. */
export function livePage(): string {
  const { app, stream } = DEMO_STREAM
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Rollcall live</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<header>
<h1>Rollcall live</h1>
<p>Publish a stream, watch it, see who watches, and cut one of them. The stream is <code>/${app}/${stream}</code> of this server.</p>
</header>
<main>
<noscript><p>This page plays video by WebRTC, and needs JavaScript for it.</p></noscript>
<p id="said" role="status" aria-live="polite"></p>

<section aria-labelledby="key-title">
<h2 id="key-title">1. Access key</h2>
<form id="key-form">
<label for="key">The key that the terminal shows as <code>ROLLCALL_KEY</code></label>
<div class="row"><input id="key" type="password" autocomplete="off" spellcheck="false" required>
<button>Use it</button></div>
<p class="hint">It stays in this page: it is in no URL, no cookie and no storage.</p>
</form>
</section>

<section aria-labelledby="publish-title">
<h2 id="publish-title">2. Publish</h2>
<div class="row">
<button id="pattern" disabled>Publish a test pattern</button>
<button id="camera" disabled>Publish the camera</button>
<button id="stop" disabled>Stop</button>
</div>
<p class="state" id="published">Nobody publishes from this page.</p>
<video id="preview" muted autoplay playsinline hidden aria-label="What this page publishes"></video>
</section>

<section aria-labelledby="watch-title">
<h2 id="watch-title">3. Watch</h2>
<form id="watch-form">
<label for="name">Name of the player</label>
<div class="row"><input id="name" value="my_session_0" maxlength="190" pattern="[^\\/]+" required autocomplete="off">
<button>Play</button></div>
</form>
<ul class="players" id="players"></ul>
</section>

<section aria-labelledby="list-title">
<h2 id="list-title">4. Who is watching</h2>
<table>
<caption class="hint">The live playbacks of the stream, as the API lists them.</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Since</th><th scope="col">From</th><th scope="col"><span class="unseen">Action</span></th></tr></thead>
<tbody id="list"><tr><td colspan="4">Give the key to see them.</td></tr></tbody>
</table>
</section>
</main>
<template id="player">
<li><h3></h3><video muted autoplay playsinline></video><p class="state"></p><button>Leave</button></li>
</template>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`
  return page.html
}
