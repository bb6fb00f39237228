// Package media knows photos and voice: what they are by their bytes, how to
// take out of them what nobody meant to send, where they are kept, and what was
// said in them.
//
// The tour, in the order of a photo's way:
//
//   - spool.go: [Spool] takes what is sent, piece by piece, into a file without a name.
//   - probe.go: [Probe] says what it is by its content and refuses what is
//     something else, too large or too long; photo_head.go reads a photo's head
//     and orientation; ebml.go, ogg.go and mp4.go read a voice's container;
//     window.go is how they look at a file.
//   - photo.go: [Develop] makes a photo without metadata, and a small one.
//     scrub.go: [Scrub] copies a voice without what its container tells.
//   - files.go, folder.go, s3.go: where files are kept.
//   - opus.go, wav.go: a voice as WAV, for a browser that can't play it as it is.
//   - serve.go: how a file is served, so that no browser ever runs it.
//   - transcribe.go: a voice's words, from a service the operator names.
//
// Nothing here knows of moments or the database.
package media
