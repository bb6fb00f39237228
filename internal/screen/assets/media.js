// Photo and voice: chosen or recorded, looked at and listened to, then sent with
// what stands beside them. Nothing leaves the device before Send or Add is
// touched. The server puts before this: const WORDS (key → words, {n} the number),
// LIMITS (photos, photoBytes, voiceBytes, voiceSeconds).
const sent = [] // every photo and voice that was sent from this page
{
  const LONGEST = 2560, QUALITY = .85 // of a photo: pixels of its longer side
  const TAKEN = ['image/jpeg', 'image/png', 'image/webp']
  const PLAY = 'M8 5v14l11-7z', PAUSE = 'M8 5v14M16 5v14', STOP = 'M7 7h10v10H7z', CROSS = 'm6 6 12 12M18 6 6 18', TICK = 'm5 12.500 4.500 4.500L19 7.500'
  const clock = s => Math.floor(s / 60) + ':' + String(Math.floor(s % 60)).padStart(2, '0')

  // ---- the tray: what is about to be sent, in the box it will be sent from
  const trays = new Map
  const boxOf = e => e.closest('.way,.gift')
  const trayOf = box => {
    let t = trays.get(box)
    if (!t) {
      t = { list: [], busy: 0, ul: make('ul', { className: 'tray' }), note: make('p', { className: 'note', role: 'status' }) }
      box.prepend(t.ul, t.note)
      trays.set(box, t)
    }
    return t
  }
  const fit = box => {
    const t = trayOf(box), some = t.list.length > 0, words = box.querySelector('textarea')
    box.classList.toggle('has', some || t.busy > 0)
    if (words.dataset.required === undefined) words.dataset.required = words.required ? 1 : ''
    words.required = !some && !!words.dataset.required
    for (const b of box.querySelectorAll('button:not([type=button])')) b.disabled = t.busy > 0
  }
  const tell = (box, key, n) => { trayOf(box).note.textContent = key ? WORDS[key].replace('{n}', n) : '' }

  // put shows one in the tray, with a way to take it out again.
  const put = (box, m) => {
    const t = trayOf(box)
    const out = make('button', { type: 'button', className: 'x', 'aria-label': WORDS.media_remove }, icon(CROSS))
    const li = make('li', { className: m.kind }, ...m.kind === 'photo' ? [make('img', { src: m.src, alt: WORDS.media_photo })] : player(m), out)
    out.onclick = () => {
      t.list = t.list.filter(o => o !== m)
      li.remove()
      URL.revokeObjectURL(m.src)
      fit(box)
      const at = t.ul.querySelector('.x') || box.querySelector('textarea')
      at.focus()
    }
    t.list.push(m)
    t.ul.append(li)
    fit(box)
  }

  // player is a voice to listen to again.
  const player = m => {
    const sound = new Audio(m.src), time = make('span', { className: 'time' }, clock(m.seconds)), bar = make('i')
    const b = make('button', { type: 'button', className: 'play', 'aria-label': WORDS.media_listen }, icon(PLAY))
    const turn = on => { b.replaceChildren(icon(on ? PAUSE : PLAY)); b.setAttribute('aria-label', on ? WORDS.media_pause : WORDS.media_listen) }
    b.onclick = () => sound.paused ? sound.play() : sound.pause()
    sound.onplay = () => turn(true)
    sound.onpause = sound.onended = () => turn(false)
    sound.ontimeupdate = () => {
      bar.style.setProperty('--at', Math.min(1, sound.currentTime / (m.seconds || 1)))
      time.textContent = clock(sound.paused ? m.seconds : sound.currentTime)
    }
    return [b, make('span', { className: 'track', 'aria-hidden': 'true' }, bar), time]
  }

  const media = (kind, blob, more) => ({ id: world.key(), kind, type: blob.type.split(';')[0], size: blob.size, blob, src: URL.createObjectURL(blob), ...more })

  // picked hands over what is in the tray of a form; its content is kept first.
  picked = form => {
    const list = []
    for (const [box, t] of trays) {
      if (!form.contains(box)) continue
      list.push(...t.list.splice(0))
      t.ul.replaceChildren()
      tell(box, '')
      fit(box)
    }
    if (list.length) settle()
    return list.map(({ blob, src, ...m }) => {
      world.content(m, blob)
      sent.push({ m, src })
      return m
    })
  }

  // ---- photos: scaled down on the device, which also leaves place and time behind
  const decoded = async file => {
    try { return await createImageBitmap(file, { imageOrientation: 'from-image' }) } catch { }
    const pic = new Image
    pic.src = URL.createObjectURL(file)
    try { await pic.decode() } finally { URL.revokeObjectURL(pic.src) }
    return pic
  }
  const shrunk = async file => {
    const pic = await decoded(file), w = pic.naturalWidth || pic.width, h = pic.naturalHeight || pic.height
    const k = Math.min(1, LONGEST / Math.max(w, h)), c = make('canvas', { width: Math.round(w * k), height: Math.round(h * k) }), ink = c.getContext('2d')
    ink.fillStyle = '#fff' // under what is transparent
    ink.fillRect(0, 0, c.width, c.height)
    ink.drawImage(pic, 0, 0, c.width, c.height)
    return new Promise((got, no) => c.toBlob(b => b ? got(b) : no(), 'image/jpeg', QUALITY))
  }
  const addPhotos = async (box, files) => {
    const t = trayOf(box)
    tell(box, '')
    t.busy++
    fit(box)
    for (const file of files) {
      if (t.list.filter(m => m.kind === 'photo').length >= LIMITS.photos) { tell(box, 'media_photos_most', LIMITS.photos); break }
      const blob = await shrunk(file).catch(() => TAKEN.includes(file.type) ? file : null)
      if (!blob) tell(box, 'media_photo_unread')
      else if (blob.size > LIMITS.photoBytes) tell(box, 'media_too_large')
      else put(box, media('photo', blob))
    }
    t.busy--
    fit(box)
  }
  const addVoice = (box, file) => {
    if (!file.type.startsWith('audio/') && !file.type.startsWith('video/')) return tell(box, 'media_voice_unread')
    if (file.size > LIMITS.voiceBytes) return tell(box, 'media_too_large')
    const sound = new Audio, m = media('voice', file, { seconds: 0 })
    sound.onloadedmetadata = sound.onerror = () => {
      if (isFinite(sound.duration)) m.seconds = sound.duration || 0
      if (m.seconds > LIMITS.voiceSeconds + 1) return tell(box, 'media_voice_most', LIMITS.voiceSeconds / 60)
      put(box, m)
    }
    sound.src = m.src
  }
  const chosen = input => {
    const box = boxOf(input), files = [...input.files]
    input.value = ''
    if (input.name === 'photo') addPhotos(box, files)
    else files.forEach(f => addVoice(box, f))
  }
  document.addEventListener('change', e => { if (e.target.matches('.pick input')) chosen(e.target) })
  document.addEventListener('paste', e => {
    const files = [...(e.clipboardData || {}).files || []].filter(f => f.type.startsWith('image/')), box = boxOf(e.target)
    if (box && files.length && box.querySelector('.pick')) addPhotos(box, files)
  })

  // ---- recording
  const KINDS = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4;codecs=mp4a.40.2', 'audio/mp4']
  const LOUDNESS = 80, BEAT = 80, BITS = 32e3 // bars of the level meter, as many as fit; ms between two; bits a second
  let recording

  const refused = (pick, box) => {
    pick.dataset.plain = 1 // from now on it opens the device's own picker
    tell(box, 'media_voice_refused')
    pick.querySelector('input').focus()
  }

  record = async pick => {
    const box = boxOf(pick), t = trayOf(box)
    if (recording) return recording()
    tell(box, '')
    let ears
    recording = () => {}
    try {
      ears = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } })
    } catch {
      recording = null
      return refused(pick, box)
    }
    const kind = KINDS.find(k => MediaRecorder.isTypeSupported(k)), r = new MediaRecorder(ears, { ...(kind ? { mimeType: kind } : {}), audioBitsPerSecond: BITS })
    const bars = Array.from({ length: LOUDNESS }, () => make('i')), time = make('span', { className: 'time', role: 'timer' }, '0:00')
    const stop = make('button', { type: 'button', className: 'stop', 'aria-label': WORDS.media_stop }, icon(STOP))
    const li = make('li', { className: 'rec' }, make('b', { className: 'dot', 'aria-hidden': 'true' }), make('span', { className: 'level', 'aria-hidden': 'true' }, ...bars), time, stop)
    const parts = [], began = performance.now(), seconds = () => (performance.now() - began) / 1e3
    let frame, length = 0
    r.ondataavailable = e => parts.push(e.data)
    r.onstop = () => {
      cancelAnimationFrame(frame)
      clearInterval(beat)
      ears.getTracks().forEach(k => k.stop())
      if (sound) sound.close()
      li.remove()
      t.busy--
      recording = null
      const blob = new Blob(parts, { type: (r.mimeType || kind || '').split(';')[0] })
      if (blob.size > LIMITS.voiceBytes) tell(box, 'media_too_large')
      else if (blob.size) put(box, media('voice', blob, { seconds: length }))
      fit(box)
      const next = box.querySelector('.play')
      if (next) next.focus()
    }
    recording = () => { length = seconds(); if (r.state !== 'inactive') r.stop() }
    const beat = setInterval(() => {
      time.textContent = clock(seconds()) + ' / ' + clock(LIMITS.voiceSeconds)
      if (seconds() >= LIMITS.voiceSeconds) { tell(box, 'media_voice_most', LIMITS.voiceSeconds / 60); recording() }
    }, 250)
    stop.onclick = recording
    t.busy++
    t.ul.append(li)
    fit(box)
    stop.focus()
    r.start(1e3)
    const sound = attempt(() => new AudioContext)
    if (!sound) return
    const ear = sound.createAnalyser(), wave = new Uint8Array(ear.fftSize = 512)
    sound.createMediaStreamSource(ears).connect(ear)
    const still = matchMedia('(prefers-reduced-motion:reduce)').matches
    const level = bars[0].parentNode
    let heard = 0, next = 0
    const draw = now => {
      ear.getByteTimeDomainData(wave)
      heard = Math.max(heard, Math.min(1, Math.sqrt(wave.reduce((s, v) => s + (v - 128) ** 2, 0) / wave.length) / 40))
      if (now >= next) { // the newest stands last; who wants less motion sees one step a second
        const bar = level.firstChild
        bar.style.setProperty('--v', heard.toFixed(2))
        level.append(bar)
        heard = 0
        next = now + (still ? 1e3 : BEAT)
      }
      frame = requestAnimationFrame(draw)
    }
    frame = requestAnimationFrame(draw)
  }
  addEventListener('pagehide', () => { if (recording) recording() })

  // ---- on its way: each with how far it is, and a way to stop it
  const shelf = make('ul', { className: 'sent', 'aria-label': WORDS.media_on_the_way })
  const cards = new Map
  const stateOf = m => {
    if (m.state) return m.state
    const i = line.items.find(i => i.media.includes(m))
    if (!i) return 'gone'
    if (i.busy && i.media[0] === m && !i.drop) return i.tries || i.state !== 'held' ? 'sending' : 'waiting'
    return i.tries || i.state === 'held' ? 'waiting' : 'sending'
  }
  const card = ({ m, src }) => {
    const stop = make('button', { type: 'button', className: 'x', 'aria-label': WORDS.media_cancel }, icon(CROSS)), bar = make('i'), words = make('span', { role: 'status' })
    const picture = m.kind === 'photo' ? make('img', { src, alt: WORDS.media_photo }) : make('span', { className: 'mic' }, icon('M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3m-6 8a6 6 0 0 0 12 0m-6 6v4'))
    stop.onclick = () => {
      const i = line.items.find(i => i.media.includes(m))
      if (i) line.detach(i, m)
      draw()
    }
    const li = make('li', {}, picture, make('div', {}, words, make('span', { className: 'track', 'aria-hidden': 'true' }, bar)), stop)
    const show = () => {
      const s = stateOf(m), i = line.items.find(i => i.media.includes(m))
      if (s === 'gone') { li.remove(); return }
      const text = { sending: WORDS.sending, waiting: WORDS.will_be_sent, sent: WORDS.step_sent, refused: m.why && (m.why.detail || m.why.title) || WORDS.media_not_sent }[s]
      if (words.textContent !== text) words.textContent = text
      li.dataset.state = s
      stop.hidden = s === 'sent' || s === 'refused'
      bar.style.setProperty('--at', s === 'sent' ? 1 : i && i.media[0] === m && i.progress || 0)
    }
    return { li, show }
  }
  const draw = () => {
    if (!sent.length) return
    if (!shelf.isConnected) {
      const at = document.querySelector('.answer [data-part=gift]')
      at.before(make('div', { className: 'onway' }, shelf, make('p', { className: 'small' }, WORDS.media_keep)))
    }
    for (const s of sent) {
      if (!cards.has(s)) { cards.set(s, card(s)); shelf.append(cards.get(s).li) }
      cards.get(s).show()
    }
  }
  const before = shown
  shown = i => { before(i); draw() }

  // The first gift has no picks of its own yet: the first response is short of room.
  const gift = document.querySelector('.answer .gift'), picks = document.querySelectorAll('.say .way .pick')
  if (gift && !gift.querySelector('.pick')) gift.querySelector('button').before(...[...picks].slice(0, 2).map(p => {
    const own = p.cloneNode(true)
    own.querySelector('input').value = '' // what was chosen belongs to the other
    return own
  }))

  // What was chosen, pressed or shared before this was here.
  for (const input of document.querySelectorAll('.pick input')) if (input.files.length) chosen(input)
  if (wanted) record(wanted)
  if (/[?&]shared/.test(location.search)) {
    settle()
    Queue.shared().then(what => {
      const way = document.querySelector('.say .way'), words = way.querySelector('textarea')
      history.replaceState(null, '', location.pathname)
      if (!what) return
      if (what.text) words.value = [words.value, what.text].filter(Boolean).join('\n')
      addPhotos(way, what.files)
      words.focus()
    }).catch(() => {})
  }
}
