package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// itemPrefix begins the name of every item that xrole keeps. The version is
// that of the key's encoding: another encoding takes another prefix, and what
// was stored under the old one is simply never looked up again.
const itemPrefix = "xrole-v1-"

// itemDigits is how much of the digest goes into the item's name: 128 bits, so
// that names stay short. The whole digest is compared on reading.
const itemDigits = 32

// Field is one thing that changes a session, such as {"role", "arn:…"}.
type Field struct{ Name, Value string }

// Key names one session by everything that changes it. Two keys are equal
// exactly if their kind and their fields, in order, are. The zero Key names
// nothing and is never found.
type Key struct{ sum string }

// NewKey returns the key of a session of a kind ("role", "mfa") with these
// fields, in this order. Every part is hashed with its length before it, so no
// two different lists read alike, whatever bytes their values hold; a field
// with an empty value differs from one left out.
func NewKey(kind string, fields ...Field) Key {
	h := sha256.New()
	part := func(s string) { _, _ = fmt.Fprintf(h, "%d:%s", len(s), s) }
	part(kind)
	for _, f := range fields {
		part(f.Name)
		part(f.Value)
	}
	return Key{sum: hex.EncodeToString(h.Sum(nil))}
}

// KeyOfItem returns a key good for [Store.Delete] alone, from a name that
// [Store.Items] gave; false if name is not that of an item of ours. A Get with
// it finds nothing, because the rest of the digest is not known.
func KeyOfItem(name string) (Key, bool) {
	digits, ok := strings.CutPrefix(name, itemPrefix)
	if !ok || len(digits) != itemDigits || strings.Trim(digits, "0123456789abcdef") != "" {
		return Key{}, false
	}
	return Key{sum: digits}, true
}

// Item is the name of the key's item in the keyring: "xrole-v1-" and 32 hex
// digits.
func (k Key) Item() string {
	return itemPrefix + k.sum[:min(len(k.sum), itemDigits)]
}

// Sum is the whole digest in hex.
func (k Key) Sum() string { return k.sum }
