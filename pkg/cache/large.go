package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
)

// large stores items longer than the limit of a keyring in parts. Windows'
// Credential Manager takes 2,560 bytes, and AWS sets no limit to the length of
// a session token.
//
// The item itself is then a head: how many parts there are, and the digest of
// the whole. The parts' names hold the digest, so an update writes beside the
// parts of the old item, and takes effect when its head replaces the old one.
// Whoever reads in between finds the old item or the new one, and what does
// not match the head's digest is never an item.
type large struct {
	blobs blobs
	limit int
}

// headMark begins every head; an entry begins with a brace.
const headMark = "xrole-parts-v1 "

// attempts is how often a reader looks again because a writer replaced the
// item between its head and its parts.
const attempts = 3

type head struct {
	parts  int
	digest string // of the whole, hex
}

func (h head) String() string { return fmt.Sprintf("%s%d %s", headMark, h.parts, h.digest) }

// part is the name of the n-th part. 64 bits of the digest keep two versions
// apart; the whole digest is what is checked.
func (h head) part(item string, n int) string {
	return fmt.Sprintf("%s-%s-%d", item, h.digest[:16], n)
}

// parseHead returns the head that data is; false if it is an item itself.
func parseHead(data []byte) (h head, is bool, err error) {
	rest, is := bytes.CutPrefix(data, []byte(headMark))
	if !is {
		return head{}, false, nil
	}
	count, digest, _ := bytes.Cut(rest, []byte(" "))
	n, err := strconv.Atoi(string(count))
	if err != nil || n < 1 || n > 1000 || len(digest) != 2*sha256.Size {
		return head{}, true, errCorrupt
	}
	return head{parts: n, digest: string(digest)}, true, nil
}

func (l large) get(item string) ([]byte, error) {
	var err error
	for range attempts {
		var data []byte
		if data, err = l.blobs.get(item); err != nil {
			return nil, err
		}
		h, is, herr := parseHead(data)
		if herr != nil {
			return nil, because(ErrMissing, herr)
		}
		if !is {
			return data, nil
		}
		if data, err = l.join(item, h); err == nil || !errors.Is(err, ErrMissing) {
			return data, err
		}
	}
	return nil, err
}

// join reads the parts and checks the whole.
func (l large) join(item string, h head) ([]byte, error) {
	var whole []byte
	for n := range h.parts {
		part, err := l.blobs.get(h.part(item, n))
		if errors.Is(err, ErrMissing) {
			return nil, because(ErrMissing, errCorrupt)
		}
		if err != nil {
			return nil, err
		}
		whole = append(whole, part...)
	}
	if digest(whole) != h.digest {
		return nil, because(ErrMissing, errCorrupt)
	}
	return whole, nil
}

func (l large) set(item string, data []byte) error {
	old, _, err := l.head(item)
	if err != nil {
		return err
	}
	if len(data) <= l.limit {
		err = l.blobs.set(item, data)
	} else {
		err = l.split(item, data, old)
	}
	if err != nil {
		return err
	}
	if old.digest != digest(data) {
		l.sweep(item, old)
	}
	return nil
}

// split writes the parts, and the head when all are there.
func (l large) split(item string, data []byte, old head) error {
	h := head{parts: (len(data) + l.limit - 1) / l.limit, digest: digest(data)}
	for n := range h.parts {
		part := data[n*l.limit : min((n+1)*l.limit, len(data))]
		if err := l.blobs.set(h.part(item, n), part); err != nil {
			if old.digest != h.digest {
				l.sweep(item, h)
			}
			return err
		}
	}
	return l.blobs.set(item, []byte(h.String()))
}

func (l large) remove(item string) error {
	old, found, err := l.head(item)
	if err != nil {
		return err
	}
	if !found {
		return ErrMissing
	}
	if err := l.blobs.remove(item); err != nil {
		return err
	}
	l.sweep(item, old)
	return nil
}

// head returns the head that stands at item now, the zero head if the item has
// no parts or a head that can't be read, and whether there is an item.
func (l large) head(item string) (h head, found bool, err error) {
	data, err := l.blobs.get(item)
	if errors.Is(err, ErrMissing) {
		return head{}, false, nil
	}
	if err != nil {
		return head{}, false, err
	}
	h, _, _ = parseHead(data) // a corrupt one names no parts to sweep
	return h, true, nil
}

// sweep removes parts that no head names any more. What stays behind is part
// of a session at most, so a failure is no reason to call the change failed.
func (l large) sweep(item string, h head) {
	for n := range h.parts {
		_ = l.blobs.remove(h.part(item, n))
	}
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
