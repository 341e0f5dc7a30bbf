/** What a browser does that matters to sessions: it keeps cookies, and says from where a page sends. */
export interface Browser {
  /** Sends a request as a page of this site does, unless other headers say otherwise. */
  ask(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Seen>

  /** The same for a page that makes its requests itself. */
  send(path: string, init: RequestInit): Promise<Response>

  /** The cookies that it has for the site. */
  readonly cookies: Map<string, string>
}

/** An answer as tests look at it. */
export interface Seen {
  readonly status: number
  readonly headers: Headers
  readonly json: { readonly [field: string]: unknown }
}

/** Opens one at a site. */
export function browserAt(
  url: string,
  userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0',
): Browser {
  const cookies = new Map<string, string>()
  return {
    cookies,
    send,
    async ask(method, path, body, headers = {}) {
      const response = await send(path, {
        method,
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, headers: response.headers, json: text === '' ? {} : JSON.parse(text) }
    },
  }

  async function send(path: string, init: RequestInit): Promise<Response> {
    const headers = {
      'user-agent': userAgent,
      'sec-fetch-site': 'same-origin',
      ...(cookies.size > 0 && { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') }),
      ...(init.headers as Record<string, string> | undefined),
    }
    const response = await fetch(url + path, { redirect: 'manual', ...init, headers })
    for (const cookie of response.headers.getSetCookie()) keep(cookie)
    return response
  }

  function keep(cookie: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
    if (/;\s*max-age=0(;|$)/i.test(cookie)) cookies.delete(name)
    else cookies.set(name, value)
  }
}
