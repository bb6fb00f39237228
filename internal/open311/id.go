package open311

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// A service_request_id is the moment's own id under a cipher whose key is the
// server's and the brand's: the same moment always has the same one, nothing is
// stored for it, and it tells neither the moment's id (a part of the receipt's
// address) nor when it came.

// cipherOf is the cipher of a brand's ids.
func (b *Bridge) cipherOf(brand string) cipher.Block {
	h := hmac.New(sha256.New, b.Store.ServerKey())
	h.Write([]byte("open311 id\x00" + brand))
	block, err := aes.NewCipher(h.Sum(nil))
	if err != nil {
		panic("open311: " + err.Error()) // 32 bytes are a key
	}
	return block
}

// requestID is the service_request_id of a moment.
func (b *Bridge) requestID(brand, moment string) string {
	id, err := hex.DecodeString(strings.ReplaceAll(moment, "-", ""))
	if err != nil || len(id) != aes.BlockSize {
		return ""
	}
	b.cipherOf(brand).Encrypt(id, id)
	return hex.EncodeToString(id)
}

// momentID is the moment a service_request_id stands for, ok false for what
// can't be one. Whether there is such a moment only the store knows.
func (b *Bridge) momentID(brand, request string) (moment string, ok bool) {
	id, err := hex.DecodeString(request)
	if err != nil || len(id) != aes.BlockSize {
		return "", false
	}
	b.cipherOf(brand).Decrypt(id, id)
	s := hex.EncodeToString(id)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:], true
}
