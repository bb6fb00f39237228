package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"strings"

	"github.com/sayline/sayline"
)

// ThreadLen is the length of a thread in characters.
const ThreadLen = sayline.LocatorLen + threadProof

// threadProof is how many characters of a thread prove that we made it: 80 bits.
const threadProof = 16

// Thread is the word in an address by which the answer to a letter finds the
// moment the letter was about: the moment's locator, and the first 80 bits of
// HMAC-SHA256(server key, "thread" ‖ brand ‖ moment), each part with its length.
// Who has it can add words to that moment, and read nothing.
func Thread(serverKey []byte, brand, moment string) string {
	mac := hmac.New(sha256.New, serverKey)
	for _, part := range []string{"thread", brand, moment} {
		var n [4]byte
		binary.BigEndian.PutUint32(n[:], uint32(len(part)))
		mac.Write(n[:])
		mac.Write([]byte(part))
	}
	return sayline.EncodeLocator(moment) + sayline.EncodeSecret(mac.Sum(nil))[:threadProof]
}

// ThreadMoment is the moment a thread names; whether the thread is ours, only
// comparing it with [Thread] tells. "" when it can't be one.
func ThreadMoment(thread string) string {
	if len(thread) != ThreadLen {
		return ""
	}
	return sayline.DecodeLocator(thread[:sayline.LocatorLen])
}

// AnswerAddress is where the answer to a letter goes: reply+THREAD@cx.example for
// reply@cx.example (RFC 5233 calls it a detail of the address).
func AnswerAddress(address, thread string) string {
	local, host, _ := strings.Cut(address, "@")
	return local + "+" + thread + "@" + host
}
