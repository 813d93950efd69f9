package sandbox

import (
	"crypto/md5" // an ETag is an MD5
	"encoding/hex"
	"maps"
	"slices"
	"time"
)

// store is a bucket's contents. Server.mu guards it.
type store struct {
	bucket  *Bucket
	created time.Time
	objects map[string]object
}

// object is one object; it is replaced, never changed.
type object struct {
	body        []byte
	etag        string // with its quotes
	modified    time.Time
	contentType string
	headers     map[string]string // x-amz-meta-…, Cache-Control and the like, as they were put
	checksum    checksum
}

func newStore(b *Bucket, now time.Time) *store {
	s := &store{bucket: b, created: now, objects: map[string]object{}}
	for key, body := range b.objects {
		s.objects[key] = newObject([]byte(body), now)
	}
	return s
}

// newObject is an object with what S3 works out itself. HTTP dates have whole
// seconds.
func newObject(body []byte, now time.Time) object {
	sum := md5.Sum(body)
	check, _ := newChecksum(defaultChecksum, body)
	return object{
		body:        body,
		etag:        `"` + hex.EncodeToString(sum[:]) + `"`,
		modified:    now.Truncate(time.Second),
		contentType: "binary/octet-stream",
		headers:     map[string]string{},
		checksum:    check,
	}
}

// keys are the keys in S3's order, that of their UTF-8 bytes.
func (s *store) keys() []string { return slices.Sorted(maps.Keys(s.objects)) }
