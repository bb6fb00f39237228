// Who says it: what stands behind the # of the address somebody came by, which no
// server and no log ever sees. proof: the brand's own app vouches for who they
// are; staff: the pass of a member of the house who taps for a guest.
const Who = hash => {
  const q = new URLSearchParams(hash.slice(1)), staff = q.get('staff'), proof = q.get('proof')
  const who = { staff, name: '' }
  try {
    const bytes = Uint8Array.from(atob(proof.split('.')[1].replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt())
    const said = JSON.parse(new TextDecoder().decode(bytes))
    who.name = said.name || said.sub || ''
  } catch { } // no proof, or none that can be read
  who.proof = who.name && proof

  // sign puts it into a moment.
  who.sign = moment => {
    if (who.proof) Object.assign(moment, { class: 'identified', contact: { proof } })
    if (staff) Object.assign(moment.context, { source: 'staff', staff })
  }
  return who
}
