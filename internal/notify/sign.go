package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

// secretPrefix marks a secret of Standard Webhooks 1.0.
const secretPrefix = "whsec_"

// DeriveSecret makes the secret of a brand's endpoint: whsec_ and the base64 of
// HMAC-SHA256(server key, "webhook" ‖ brand ‖ endpoint ‖ generation), each part
// with its length. Nothing is stored; raising the generation rotates it.
func DeriveSecret(serverKey []byte, brand, endpoint string, generation int) string {
	mac := hmac.New(sha256.New, serverKey)
	for _, part := range []string{"webhook", brand, endpoint, strconv.Itoa(generation)} {
		var n [4]byte
		binary.BigEndian.PutUint32(n[:], uint32(len(part)))
		mac.Write(n[:])
		mac.Write([]byte(part))
	}
	return secretPrefix + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Sign gives the value of webhook-signature (Standard Webhooks 1.0): one
// signature per secret, so that a receiver may change to the new one in its own
// time. It signs id, Unix seconds and the very bytes of the body.
func Sign(secrets []string, id string, at time.Time, body []byte) (string, error) {
	if len(secrets) == 0 {
		return "", sayline.Errorf(sayline.Internal, "A webhook needs a secret to be signed with.")
	}
	var b strings.Builder
	for i, s := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, secretPrefix))
		if err != nil || len(key) == 0 {
			return "", sayline.Errorf(sayline.Internal, "A webhook's secret is not %s and base64.", secretPrefix)
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
		mac.Write(body)
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString("v1,")
		b.WriteString(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return b.String(), nil
}
