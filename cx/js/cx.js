// CX, version 2026-11: say something to any brand, from a page. One file, an ES
// module, nothing else needed; Apache 2.0, of https://github.com/sayline/sayline.
//
//   import { discover, say, receipt } from './cx.js'
//   const { document: brand } = await discover('sparkle.example', { endpoint: '/say/find' })
//   const accepted = await say(brand, { feeling: 1, text: 'It tastes of metal.' })
//   const stop = receipt(accepted.receipt).watch(now => show(now.status), gone => hide())
//
// Nothing is stored and no cookie is sent. Whoever wants to deliver after the page
// was closed keeps what freeze gives (in IndexedDB, say) and calls send again:
// the same key and the same bytes are one moment, however often they arrive.

/** The protocol's version, and the link relation that leads to a brand's document. */
export const VERSION = '2026-11'
export const REL = 'https://cx-protocol.example/rel/cx'

/**
 * What a brand says of itself; docs/schema/discovery.schema.json tells all of it.
 * @typedef {{cx: string, brand: {name: string, legal_name?: string, logo?: string, color?: string}, domains: string[],
 *   languages: string[], expires: string, screen?: string, screen_template?: string, canonical?: string,
 *   api?: {submit: string, touchpoints?: string, openapi?: string, push_key?: string},
 *   kinds?: string[], feelings?: {min: number, max: number, shown: number[]},
 *   topics?: {id: string, kind: string, label: Record<string, string>}[],
 *   accepts?: {media: string, types?: string[], max_length?: number, max_bytes?: number, max_count?: number, max_seconds?: number}[],
 *   fallback?: string[], conformance?: string[]}} Discovery
 *
 * What one person says once: at least one of feeling, topic, text and media.
 * @typedef {{kind?: string, feeling?: number, topic?: string, text?: string, lang?: string, context?: object, audience?: string,
 *   occurred_at?: string, class?: string, contact?: object, more?: boolean, receipt?: boolean, publish?: boolean}} Moment
 *
 * A photo or a voice.
 * @typedef {{media: 'photo' | 'voice', blob: Blob, name?: string}} Medium
 *
 * A moment whose key and content never change any more. Everything in it can be kept in IndexedDB.
 * @typedef {{key: string, moment: string, media: Medium[]}} Submission
 *
 * @typedef {{id: string, reference: string, received_at: string, status: string, receipt?: string,
 *   sent_to?: {team: string, on_duty: boolean, look_by?: string, duty_at?: string}, answer_by?: string, open_until?: string, retain_until: string}} Accepted
 *
 * @typedef {Accepted & {history: {status: string, at: string, by?: string, label?: string}[],
 *   messages: {from: 'brand' | 'author', by?: string, text?: string, lang?: string, at: string, solved?: string, media?: object[]}[],
 *   moment: Moment, together?: number, solved?: string}} Receipt
 *
 * fetch: instead of the page's own. lang: the answers' language. signal: to give up. tries: how often, at most (6).
 * trying: told before each pause. timeout: of one request, ms (15,000).
 * @typedef {{fetch?: typeof fetch, lang?: string, signal?: AbortSignal, tries?: number, timeout?: number,
 *   trying?: (attempt: number, error: Error, pause: number) => void}} Options
 */

/**
 * Why it did not work. kind: not_here, invalid, unreachable or address (of discover); refused (the brand said no, for good:
 * status and problem tell why); gone (a receipt is no more); silent (nobody knows whether it arrived).
 */
export class CXError extends Error {
  /** @param {string} kind @param {string} message @param {object} [more] */
  constructor(kind, message, more) {
    super(message)
    this.name = 'CXError'
    this.kind = kind
    /** @type {number} */ this.status = 0
    /** @type {?object} the problem document (RFC 9457) */ this.problem = null
    /** @type {string[]} the brand's other ways: tel:, mailto: */ this.fallback = []
    /** @type {number} seconds */ this.retryAfter = 0
    Object.assign(this, more)
  }
}

// ---- finding a brand

/**
 * Finds a brand by its domain, or by any address that was scanned or clicked.
 *
 * A page cannot read other sites' headers and pages, so it asks its own server, the endpoint:
 * GET endpoint?address=… answers 200 {domain, url, document}, or a problem whose type ends in
 * /not-here, /invalid, /unreachable or /address, with the brand's fallback where it is known.
 * Without an endpoint the brand's /.well-known/cx itself is asked, which finds less.
 *
 * @param {string} address
 * @param {Options & {endpoint?: string}} [options]
 * @returns {Promise<{domain: string, url: string, document: Discovery}>}
 */
export async function discover(address, options = {}) {
  const direct = !options.endpoint
  let url
  try {
    url = direct ? new URL('/.well-known/cx', /^https?:\/\//.test(address) ? address : 'https://' + address.trim())
      : new URL(options.endpoint, globalThis.location && location.href)
  } catch { throw new CXError('address', 'This is not an address.') }
  if (!direct) url.searchParams.set('address', address)
  let answer
  try {
    answer = await ask(url.href, {}, options)
  } catch (e) {
    throw new CXError('unreachable', 'Nobody answers.', { cause: e })
  }
  const { status, doc } = answer
  if (status !== 200 || !doc) {
    const said = /\/(not-here|invalid|unreachable|address)$/.exec((doc && doc.type) || '')
    const kind = said ? said[1].replace('-', '_') : status >= 500 || status === 429 ? 'unreachable' : 'not_here'
    throw new CXError(kind, (doc && doc.title) || 'Not here yet', { status, problem: doc, fallback: (doc && doc.fallback) || [] })
  }
  const found = direct ? { domain: url.hostname, url: answer.url, document: doc } : doc
  const faults = validate(found.document)
  if (direct && !faults.length && answer.url === url.href && !found.document.domains.includes(url.hostname)) faults.push('domains')
  if (faults.length) throw new CXError('invalid', "The brand's document is not valid: " + faults.join(', '), { problem: doc })
  return found
}

/**
 * The members that keep a document from counting; none when it counts.
 * @param {Discovery} d
 * @param {number} [now] ms
 * @returns {string[]}
 */
export function validate(d, now = Date.now()) {
  const faults = [], need = (ok, name) => ok || faults.push(name)
  const web = s => /^https?:\/\/[^/?#@]+([/?#]|$)/i.test(s)
  if (!d || typeof d !== 'object') return ['']
  need(typeof d.cx === 'string' && d.cx, 'cx')
  need(d.brand && typeof d.brand.name === 'string' && d.brand.name.trim(), 'brand.name')
  need(Array.isArray(d.domains) && d.domains.length, 'domains')
  need(Array.isArray(d.languages) && d.languages.length, 'languages')
  need(Date.parse(d.expires) > now, 'expires')
  need(d.screen || (d.fallback && d.fallback.length), 'screen')
  for (const name of ['screen', 'canonical']) need(!d[name] || web(d[name]), name)
  need(!d.screen_template || web(d.screen_template.split('{')[0]), 'screen_template')
  need(!d.api || web(d.api.submit || ''), 'api.submit')
  need((d.fallback || []).every(f => /^(tel|mailto|sms):./.test(f) || web(f)), 'fallback')
  return faults
}

/**
 * The address of the brand's touch screen with the person's words filled in (never sent).
 * @param {Discovery} d
 * @param {{topic?: string, lang?: string, text?: string, ref?: string}} [fill]
 * @param {string[]} [path] below the screen: ['t', 'k7f3'] is a touchpoint
 * @returns {string}
 */
export function screenURL(d, fill = {}, path = []) {
  if (!d.screen_template) return d.screen || ''
  return expand(d.screen_template, { ...fill, path })
}

/**
 * Fills in a URI template (RFC 6570, all levels but associative arrays). An array is a list; what is empty or
 * undefined leaves nothing behind.
 * @param {string} template
 * @param {Record<string, string | string[] | undefined>} values
 * @returns {string}
 */
export function expand(template, values) {
  // first, between, named, after a name without value, reserved characters stay
  const operators = {
    '': ['', ',', 0, '', 0], '+': ['', ',', 0, '', 1], '#': ['#', ',', 0, '', 1], '.': ['.', '.', 0, '', 0],
    '/': ['/', '/', 0, '', 0], ';': [';', ';', 1, '', 0], '?': ['?', '&', 1, '=', 0], '&': ['&', '&', 1, '=', 0]
  }
  const strict = s => encodeURIComponent(s).replace(/[!'()*]/g, c => '%' + c.charCodeAt(0).toString(16).toUpperCase())
  const loose = s => s.split(/(%[0-9a-f]{2})/i).map((part, i) => i % 2 ? part : encodeURI(part).replace(/%5B/g, '[').replace(/%5D/g, ']')).join('')
  return template.replace(/\{([+#./;?&]?)([^{}]+)\}|([^{}]+)/g, (_, op, names, literal) => {
    if (literal !== undefined) return loose(literal)
    const [first, between, named, ifEmpty, keep] = operators[op]
    const parts = []
    for (const spec of names.split(',')) {
      const [, name, most, explode] = /^([^:*]+)(?::(\d+))?(\*)?$/.exec(spec)
      const given = values[name], list = given == null ? [] : [].concat(given)
      if (!list.length) continue
      let out = list.map(v => (keep ? loose : strict)(most ? Array.from(String(v)).slice(0, +most).join('') : String(v)))
      if (!explode) out = [out.join(',')]
      for (const v of out) parts.push(named ? name + (v ? '=' + v : ifEmpty) : v)
    }
    return parts.length ? first + parts.join(between) : ''
  })
}

// ---- saying it

/**
 * Makes a moment ready to be sent: its key and its bytes, once.
 * @param {Moment} moment
 * @param {Medium[]} [media]
 * @returns {Submission}
 */
export function freeze(moment, media = []) {
  const key = Array.from(crypto.getRandomValues(new Uint8Array(20)), b => b.toString(16).padStart(2, '0')).join('')
  return { key, moment: JSON.stringify({ cx: VERSION, ...moment }), media: [...media] }
}

/**
 * Says something once. While nobody knows whether it arrived it is tried again, under the same key with the same bytes.
 * @param {Discovery} brand
 * @param {Moment} moment
 * @param {Options & {media?: Medium[]}} [options]
 * @returns {Promise<Accepted>}
 */
export async function say(brand, moment, options = {}) {
  if (!brand.api || !brand.api.submit) throw new CXError('not_here', 'This brand takes nothing from programs.', { fallback: brand.fallback || [] })
  return send(brand.api.submit, freeze(moment, options.media), options)
}

/**
 * Delivers what freeze gave; it may be called again with the same, days later.
 * @param {string} submit the brand's api.submit
 * @param {Submission} submission
 * @param {Options} [options]
 * @returns {Promise<Accepted>}
 */
export async function send(submit, submission, options = {}) {
  const headers = { 'Idempotency-Key': submission.key }
  let body = submission.moment
  if (submission.media.length) {
    body = new FormData()
    body.append('moment', new Blob([submission.moment], { type: 'application/json' }))
    for (const { media, blob, name } of submission.media) body.append(media, blob, name || media)
  } else headers['Content-Type'] = 'application/json'
  return patiently(options, passing, async () => {
    const answer = await ask(submit, { method: 'POST', headers, body }, options)
    if (answer.status === 201 && answer.doc && answer.doc.id) return answer.doc
    throw refusal(answer)
  })
}

// ---- the receipt

/**
 * What an author may do with a receipt's address. Whoever has it is the author: it is a secret.
 * @param {string} url
 * @param {Options} [options]
 */
export function receipt(url, options = {}) {
  let tag = '', last = null

  const keep = answer => {
    if (answer.status === 304 && last) return last
    if (answer.status !== 200 || !answer.doc || !answer.doc.id) throw refusal(answer)
    tag = answer.tag
    return last = answer.doc
  }
  const get = async () => keep(await ask(url, { headers: tag && last ? { 'If-None-Match': tag } : {} }, options))
  const call = (method, path, body, again, type = 'application/json') => patiently(options, again, async () => {
    const answer = await ask(url + path, { method, body, headers: body === undefined ? {} : { 'Content-Type': type } }, options)
    if (answer.status >= 200 && answer.status < 300) return answer
    throw refusal(answer)
  })
  const repeatable = e => passing(e) && e.status !== 409 // 409: it is sealed
  const untaken = e => e.status === 429 || e.status === 503

  /** @param {object} patch feeling, topic, kind, text, lang, context, contact, publish, more, receipt @returns {Promise<?Receipt>} null: the receipt is no more */
  const patch = async p => {
    const answer = await call('PATCH', '', JSON.stringify(p), repeatable)
    return answer.status === 204 ? null : keep(answer)
  }

  /** @param {{text?: string, lang?: string, solved?: boolean, feeling?: number}} words @returns {Promise<Receipt>} */
  const message = async words => {
    // Words have no key: where no answer comes, what the receipt shows tells whether they arrived.
    const mine = doc => doc.messages.filter(m => m.from === 'author').length
    const before = mine(await get())
    for (let attempt = 1; ; attempt++) {
      try {
        return keep(await call('POST', '/messages', JSON.stringify(words), untaken))
      } catch (e) {
        if (!repeatable(e) || attempt >= (options.tries || 6)) throw e
        await sleep(pauseAfter(attempt, e), options.signal)
        const now = await get()
        if (mine(now) > before) return now
      }
    }
  }

  /**
   * Tells the receipt now and after each change: as a stream, else by asking now and then.
   * @param {(now: Receipt) => void} told
   * @param {(error: CXError) => void} [ended] it is gone
   * @returns {() => void} ends it
   */
  const watch = (told, ended = () => {}) => {
    let stopped = false, source = null, timer = 0, seen = ''
    const stop = () => { stopped = true; clearTimeout(timer); if (source) source.close() }
    const tell = doc => {
      const text = JSON.stringify(doc)
      if (stopped || text === seen) return
      seen = text
      told(last = doc)
    }
    const gone = e => { stop(); ended(e) }
    const poll = async () => {
      try {
        tell(await get())
      } catch (e) {
        if (!stopped && !passing(e)) return gone(e)
      }
      if (!stopped) timer = setTimeout(poll, 15e3)
    }
    if (typeof EventSource === 'undefined') { poll(); return stop }
    const at = new URL(url)
    if (options.lang) at.searchParams.set('lang', options.lang)
    source = new EventSource(at.href)
    source.addEventListener('receipt', e => { const doc = parse(e.data); if (doc) tell(doc) })
    source.addEventListener('gone', () => gone(new CXError('gone', 'It is gone.', { status: 404 })))
    source.addEventListener('end', () => { source.close(); timer = setTimeout(poll, 15e3) })
    // A closed source was refused; a connecting one tries again by itself.
    source.addEventListener('error', () => { if (source.readyState === 2 && !stopped) poll() })
    return stop
  }

  return {
    url,
    /** @returns {Promise<Receipt>} */ get,
    watch,
    patch,
    /** Nothing more will be added. @returns {Promise<Receipt>} */ seal: () => patch({ more: false }),
    /** Seals it and destroys the receipt, as a kiosk does. */ sealAndForget: () => patch({ more: false, receipt: false }),
    message,
    /** Adds a photo or a voice while it is open, or more was asked for. @param {Blob} blob */
    media: blob => call('POST', '/media', blob, untaken, blob.type),
    /** @param {PushSubscription} subscription */
    push: subscription => call('POST', '/push', JSON.stringify(subscription), repeatable),
    /** All that is stored about it. @returns {Promise<object>} */
    export: async () => {
      const answer = await ask(url + '/export', {}, { timeout: 6e4, ...options })
      if (answer.status !== 200) throw refusal(answer)
      return answer.doc
    },
    /** Takes it back: everything is erased. */
    withdraw: async () => {
      try {
        await call('DELETE', '', undefined, repeatable)
      } catch (e) {
        if (e.kind !== 'gone') throw e
      }
    }
  }
}

// ---- one request, and patience

const parse = text => { try { return JSON.parse(text) } catch { return null } }

async function ask(url, init, options) {
  const stop = new AbortController, late = setTimeout(() => stop.abort(), options.timeout || 15e3)
  const give = () => stop.abort()
  if (options.signal) options.signal.aborted ? give() : options.signal.addEventListener('abort', give)
  const headers = { Accept: 'application/json', ...(options.lang ? { 'Accept-Language': options.lang } : {}), ...init.headers }
  try {
    const send = options.fetch || fetch
    const r = await send(url, { ...init, headers, credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer', signal: stop.signal })
    const doc = r.status === 204 || r.status === 304 ? null : parse(await r.text())
    return { status: r.status, doc, url: r.url, tag: r.headers.get('ETag') || '', after: +r.headers.get('Retry-After') || 0 }
  } finally {
    clearTimeout(late)
    if (options.signal) options.signal.removeEventListener('abort', give)
  }
}

// Only an answer in JSON can be the brand's; anything else may be a sign-in page in between.
function refusal({ status, doc, after }) {
  if (!doc || status < 400) return new CXError('silent', 'Something that does not speak the protocol answered ' + status + '.', { retryAfter: after })
  const kind = status === 404 || status === 410 ? 'gone' : 'refused'
  return new CXError(kind, doc.title || 'Refused', { status, problem: doc, fallback: doc.fallback || [], retryAfter: after })
}

// May the same succeed later?
const passing = e => !e.status || e.status === 409 || e.status === 429 || e.status >= 500

const pauseAfter = (attempt, e) => Math.max((e.retryAfter || 0) * 1e3, Math.min(60, 2 ** (attempt - 1)) * 1e3)

const sleep = (ms, signal) => new Promise((done, fail) => {
  const t = setTimeout(done, ms)
  if (signal) signal.addEventListener('abort', () => { clearTimeout(t); fail(signal.reason) })
})

async function patiently(options, again, once) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once()
    } catch (e) {
      const gaveUp = options.signal && options.signal.aborted
      if (gaveUp || !again(e) || attempt >= (options.tries || 6)) {
        throw e instanceof CXError ? e : new CXError('silent', 'Nobody knows whether it arrived.', { cause: e })
      }
      const pause = pauseAfter(attempt, e)
      if (options.trying) options.trying(attempt, e, pause)
      await sleep(pause, options.signal)
    }
  }
}
