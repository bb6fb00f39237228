// The service worker of one receipt: it shows that there is an answer, and leads to it.
const receipt = registration.scope.replace(/\/tell$/, '')

addEventListener('push', e => {
  let status
  try { status = e.data.json().status } catch { }
  e.waitUntil(registration.showNotification(BRAND.name, { body: BRAND.says[status] || BRAND.says.answered, tag: receipt, renotify: true, lang: BRAND.lang, dir: BRAND.dir, icon: BRAND.icon }))
})

addEventListener('notificationclick', e => {
  e.notification.close()
  e.waitUntil(clients.matchAll({ type: 'window', includeUncontrolled: true }).then(all => {
    const open = all.find(c => c.url.split('?')[0] === receipt)
    return open ? open.focus() : clients.openWindow(receipt)
  }))
})
