package project

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
)

// ContentKey is what fingerprints of contents are made with. Who reads a label
// without the key cannot try out which content it stands for.
type ContentKey struct {
	id     string // tells keys apart
	secret []byte
}

// NewContentKey makes the key of a secret, which should be 32 random bytes that
// this machine keeps (RFC 2104, section 3).
func NewContentKey(secret []byte) ContentKey {
	k := ContentKey{secret: secret}
	const size = 16 // hexadecimal digits: enough to tell the keys of machines apart
	k.id = k.sum("key id")[:size]
	return k
}

// Hash is the fingerprint of a text, "KEYID:HMAC", both hexadecimal. Who does not have the
// key cannot try out which text it stands for.
func (k ContentKey) Hash(text string) string { return k.id + ":" + k.sum(text) }

// Made tells whether a fingerprint was made with this key.
func (k ContentKey) Made(fingerprint string) bool { return strings.HasPrefix(fingerprint, k.id+":") }

func (k ContentKey) sum(text string) string {
	mac := hmac.New(sha256.New, k.secret)
	_, _ = io.WriteString(mac, text) // never fails
	return hex.EncodeToString(mac.Sum(nil))
}

// ContentChanged tells whether two results of ContentHash, that of a container
// and that of now, stand for different contents. It is false where that is not
// known: one of them is "", or they were made with different keys, as on
// another machine or after the key was lost.
func ContentChanged(had, now string) bool {
	hadKey, _, _ := strings.Cut(had, ":")
	key, _, keyed := strings.Cut(now, ":")
	return keyed && hadKey == key && had != now
}
