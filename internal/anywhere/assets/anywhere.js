// What needs a script at /say: speaking, scanning, copying, and the wallet of
// receipts, which lives on this device only. Without a script the form below
// finds any brand all the same.
{
  const form = document.querySelector('.say'), box = form.elements.q, status = form.querySelector('.status')
  const act = name => document.querySelector('[data-act=' + name + ']')
  const tell = words => { status.textContent = words || '' }
  const attempt = (f, otherwise) => { try { return f() } catch { return otherwise } }
  const lang = document.documentElement.lang
  const send = () => { tell(form.dataset.looking); form.requestSubmit() }

  form.addEventListener('submit', () => tell(form.dataset.looking))
  addEventListener('pageshow', () => tell())
  box.addEventListener('keydown', e => {
    if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) { e.preventDefault(); send() }
  })

  // ---- speaking. The operator's own service first; else the browser's
  // dictation where it runs on this device; else after a plain notice of who hears it.
  const speak = act('speak'), label = speak.querySelector('span'), asSpeak = label.textContent
  const notice = form.querySelector('.notice')
  const Recognition = window.SpeechRecognition || window.webkitSpeechRecognition
  const spoken = lang.split('-')[0] === navigator.language.split('-')[0] ? navigator.language : lang
  let stop

  const pressed = on => {
    speak.setAttribute('aria-pressed', on)
    label.textContent = on ? form.dataset.stop : asSpeak
    if (!on) { stop = undefined; speak.style.removeProperty('--level') }
  }

  const record = async () => {
    let stream
    try { stream = await navigator.mediaDevices.getUserMedia({ audio: true }) } catch { return tell(form.dataset.refused) }
    const type = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4'].find(t => MediaRecorder.isTypeSupported(t))
    const recorder = new MediaRecorder(stream, type ? { mimeType: type } : {}), parts = [], began = Date.now()
    const sound = new AudioContext(), meter = sound.createAnalyser(), wave = new Uint8Array(meter.fftSize = 512)
    sound.createMediaStreamSource(stream).connect(meter)
    const clock = setInterval(() => {
      meter.getByteTimeDomainData(wave)
      speak.style.setProperty('--level', Math.min(1, Math.max(...wave.map(v => Math.abs(v - 128))) / 64))
      const s = Math.floor((Date.now() - began) / 1000)
      tell(form.dataset.listening + ' 0:' + String(s).padStart(2, '0'))
      if (s >= 59) recorder.stop()
    }, 100)
    recorder.ondataavailable = e => parts.push(e.data)
    recorder.onstop = async () => {
      clearInterval(clock)
      stream.getTracks().forEach(t => t.stop())
      sound.close()
      pressed(false)
      tell(form.dataset.writing)
      try {
        const a = await fetch(form.dataset.hear, { method: 'POST', body: new Blob(parts, { type: recorder.mimeType }), headers: { 'Content-Type': recorder.mimeType.split(';')[0] } })
        const { text } = a.ok ? await a.json() : {}
        if (!text || !text.trim()) return tell(form.dataset.failed)
        box.value = text.trim()
        send()
      } catch { tell(form.dataset.failed) }
    }
    recorder.start()
    pressed(true)
    stop = () => recorder.stop()
  }

  const dictate = local => {
    const r = new Recognition()
    r.lang = spoken
    r.interimResults = true
    if (local) r.processLocally = true
    let failed
    r.onresult = e => { box.value = [...e.results].map(x => x[0].transcript).join('').trim() }
    r.onerror = e => { failed = e.error === 'not-allowed' ? form.dataset.refused : form.dataset.failed }
    r.onend = () => {
      pressed(false)
      if (!failed && box.value.trim()) return send()
      tell(failed || form.dataset.failed)
    }
    pressed(true)
    tell(form.dataset.listening)
    stop = () => r.stop()
    r.start()
  }

  const canRecord = form.dataset.hear && window.MediaRecorder && navigator.mediaDevices
  speak.hidden = !canRecord && !Recognition
  speak.onclick = async () => {
    if (stop) return stop()
    notice.hidden = true
    if (canRecord) return record()
    const here = Recognition.available && await Recognition.available({ langs: [spoken], processLocally: true }).catch(() => '')
    if (here === 'available') return dictate(true)
    notice.hidden = false
    act('speak-anyway').focus()
  }
  act('speak-anyway').onclick = () => { notice.hidden = true; dictate(false) }

  // ---- scanning, where the browser reads codes itself
  const video = document.querySelector('video'), photo = act('photo')
  const scanned = code => { form.elements.code.value = code; box.required = false; send() }
  const scan = async detector => {
    let stream
    try { stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } }) } catch {
      photo.hidden = false
      return tell(form.dataset.refused)
    }
    video.srcObject = stream
    video.hidden = false
    await video.play()
    const look = async () => {
      const found = await detector.detect(video).catch(() => [])
      if (!video.srcObject) return
      if (!found.length) return setTimeout(look, 150)
      end()
      scanned(found[0].rawValue)
    }
    const end = () => { stream.getTracks().forEach(t => t.stop()); video.srcObject = null; video.hidden = true; act('scan').onclick = begin }
    const begin = act('scan').onclick
    act('scan').onclick = end
    look()
  }
  if (window.BarcodeDetector && navigator.mediaDevices) {
    const detector = new BarcodeDetector()
    act('scan').hidden = false
    act('scan').onclick = () => scan(detector)
    photo.querySelector('input').onchange = async e => {
      const found = await createImageBitmap(e.target.files[0]).then(b => detector.detect(b)).catch(() => [])
      found.length ? scanned(found[0].rawValue) : tell(form.dataset.noCode)
    }
  }

  // ---- words to take elsewhere
  const copy = act('copy')
  if (copy && navigator.clipboard) {
    copy.hidden = false
    copy.onclick = () => navigator.clipboard.writeText(copy.previousElementSibling.value).then(() => { copy.textContent = copy.dataset.done })
  }
  for (const l of document.querySelectorAll('[data-color]')) {
    const c = l.dataset.color, light = [1, 3, 5].reduce((s, i, n) => s + parseInt(c.substr(i, 2), 16) * [.299, .587, .114][n], 0)
    l.style.background = c
    l.style.color = light > 150 ? '#040403' : '#fff'
  }

  // ---- the wallet: what a person chose to keep, of any brand. A receipt's
  // address is a secret: it comes in the fragment, which no server is told.
  const WALLET = 'sayline.kept'
  const wallet = () => attempt(() => JSON.parse(localStorage[WALLET]), []).filter(k => k && safe(k.url))
  const safe = url => attempt(() => ['https:', location.protocol].includes(new URL(url).protocol) && /^https?:/.test(url), false)
  const store = list => attempt(() => { list.length ? localStorage[WALLET] = JSON.stringify(list) : localStorage.removeItem(WALLET) })
  const section = document.querySelector('.wallet'), list = section.querySelector('ul'), say = JSON.parse(section.dataset.statuses)
  const make = (tag, words, cls) => { const e = document.createElement(tag); e.textContent = words || ''; if (cls) e.className = cls; return e }

  let client
  const look = async url => {
    try {
      client = client || import(section.dataset.client)
      return await (await client).receipt(url, { lang, timeout: 1e4 }).get()
    } catch (e) { return { status: e.kind === 'gone' ? 'gone' : 'away' } }
  }

  const row = k => {
    const li = make('li'), a = make('a'), state = make('span', say.looking), said = make('em'), forget = make('button', say.forget)
    const at = k.at ? new Date(k.at).toLocaleDateString(lang, { day: 'numeric', month: 'short' }) : ''
    a.href = k.url
    a.rel = 'noreferrer'
    a.append(make('b', k.brand || new URL(k.url).host), make('span', [k.reference, at].filter(Boolean).join(' · ')), state, said)
    forget.type = 'button'
    forget.setAttribute('aria-label', say.forget + ' ' + (k.reference || ''))
    forget.onclick = () => { store(wallet().filter(o => o.url !== k.url)); show(); section.hidden || section.querySelector('h2').focus() }
    li.append(a, forget)
    look(k.url).then(doc => {
      state.textContent = say[doc.status] || doc.status
      const answer = (doc.messages || []).filter(m => m.from === 'brand').pop()
      said.textContent = answer ? answer.text : ''
      said.dir = 'auto'
      li.classList.toggle('news', !!answer)
    })
    return li
  }
  const show = () => {
    const kept = wallet().sort((a, b) => (b.at || 0) - (a.at || 0))
    section.hidden = !kept.length
    section.querySelector('h2').tabIndex = -1
    list.replaceChildren(...kept.map(row))
  }

  const handed = () => {
    const f = new URLSearchParams(location.hash.slice(1)), url = f.get('keep'), ask = document.querySelector('.kept')
    if (!url) return
    history.replaceState(null, '', location.pathname + location.search)
    if (!safe(url) || wallet().some(k => k.url === url)) return
    const brand = (f.get('brand') || '').slice(0, 80) || new URL(url).host, heading = ask.querySelector('h2')
    heading.textContent = heading.dataset.words.replace('{}', brand)
    ask.querySelector('.host').textContent = new URL(url).host
    ask.hidden = false
    const done = yes => {
      ask.hidden = true
      if (yes) { store([...wallet(), { url, brand, reference: (f.get('reference') || '').slice(0, 40), at: Date.now() }]); show(); section.querySelector('h2').focus() }
    }
    act('keep').onclick = () => done(true)
    act('keep-no').onclick = () => done(false)
    act('keep').focus()
  }
  handed()
  show()
  addEventListener('hashchange', handed)
  addEventListener('storage', show)
  document.addEventListener('visibilitychange', () => { if (!document.hidden) show() })
}
