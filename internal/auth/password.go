package auth

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/sayline/sayline"
)

// cost is what checking one password takes, as OWASP's password storage cheat
// sheet asks of argon2id: 19 MiB, two passes, one lane.
var cost = params{memory: 19 * 1024, passes: 2, lanes: 1}

type params struct {
	memory uint32 // KiB
	passes uint32
	lanes  uint8
}

const (
	saltBytes   = 16
	hashBytes   = 32
	maxMemory   = 1 << 20 // KiB: a stored string asks for no more than 1 GiB
	maxPasses   = 64
	minPassword = 10   // characters
	maxPassword = 1024 // bytes
)

// CheckStrength refuses passwords nobody should have: AtFault at /password.
func CheckStrength(password string) error {
	if utf8.RuneCountInString(password) < minPassword || len(password) > maxPassword {
		return &sayline.Error{Kind: sayline.AtFault, Key: "auth_password_short", Message: "A password needs at least 10 characters.",
			Fields: []sayline.Fault{{Pointer: "/password", Detail: fmt.Sprintf("expected %d characters or more", minPassword)}}}
	}
	return nil
}

// hash makes the PHC string of a password: $argon2id$v=19$m=…,t=…,p=…$salt$hash
// (the PHC string format specification).
func hash(password string, random io.Reader) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", sayline.Errorf(sayline.Internal, "Something went wrong on our side.").Because(err)
	}
	return phc{cost, salt, cost.key(password, salt, hashBytes)}.String(), nil
}

func (p params) key(password string, salt []byte, length uint32) []byte {
	return argon2.IDKey([]byte(password), salt, p.passes, p.memory, p.lanes, length)
}

// matches says whether the password is the stored one, in a time that does not
// depend on where they differ. A stored string that can't be read matches nothing.
func matches(stored, password string) bool {
	p, err := parsePHC(stored)
	if err != nil {
		return false
	}
	return subtle.ConstantTimeCompare(p.hash, p.key(password, p.salt, uint32(len(p.hash)))) == 1
}

// phc is a stored password.
type phc struct {
	params
	salt, hash []byte
}

func (p phc) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.passes, p.lanes, b64.EncodeToString(p.salt), b64.EncodeToString(p.hash))
}

// parsePHC reads what String writes, and no costs that would stop the house.
func parsePHC(s string) (phc, error) {
	var p phc
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, fmt.Errorf("expected $argon2id$v=%d$…", argon2.Version)
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); err != nil {
		return p, err
	}
	if p.passes < 1 || p.passes > maxPasses || p.lanes < 1 || p.memory < 8*uint32(p.lanes) || p.memory > maxMemory {
		return p, fmt.Errorf("expected costs that can be paid, got %s", parts[3])
	}
	var err error
	if p.salt, err = base64.RawStdEncoding.Strict().DecodeString(parts[4]); err != nil {
		return p, err
	}
	if p.hash, err = base64.RawStdEncoding.Strict().DecodeString(parts[5]); err != nil {
		return p, err
	}
	if len(p.salt) < 8 || len(p.salt) > 64 || len(p.hash) < 16 || len(p.hash) > 64 {
		return p, fmt.Errorf("expected a salt of 8 to 64 bytes and a hash of 16 to 64")
	}
	return p, nil
}
