package sandbox

import (
	"bytes"
	"crypto/md5" // Content-MD5 is one
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/xrole/xrole/internal/lazyre"
)

// responseOverrides are the query parameters of GetObject that replace a
// header of the answer.
var responseOverrides = []string{"response-content-type", "response-content-disposition",
	"response-content-encoding", "response-content-language", "response-cache-control", "response-expires"}

// keptHeaders are the headers of PutObject that come back with the object, as
// do all that begin with x-amz-meta-.
var keptHeaders = []string{"cache-control", "content-disposition", "content-language", "expires"}

// getObject serves GetObject and HeadObject.
func (s *Server) getObject(w http.ResponseWriter, q *s3Request) *refusal {
	s.mu.Lock()
	o, ok := q.store.objects[q.key]
	s.mu.Unlock()
	if !ok {
		// Only who may list learns that a key does not exist.
		if refused := s.authorize(q, "s3:ListBucket", "arn:aws:s3:::"+q.bucket); refused != nil {
			return refused
		}
		return refuse(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.").with("Key", q.key)
	}
	if refused := checkRange(q.r, len(o.body)); refused != nil {
		return refused
	}
	h := w.Header()
	for name, value := range o.headers {
		h[name] = []string{value} // as it is: the names of metadata are in lower case
	}
	h.Set("Content-Type", o.contentType)
	h.Set("ETag", o.etag)
	h.Set("X-Amz-Server-Side-Encryption", "AES256")
	if strings.EqualFold(q.r.Header.Get("X-Amz-Checksum-Mode"), "ENABLED") && q.r.Header.Get("Range") == "" {
		name, value := o.checksum.header()
		h.Set(name, value)
		h.Set("X-Amz-Checksum-Type", "FULL_OBJECT")
	}
	for _, name := range responseOverrides {
		if q.query.Has(name) {
			h.Set(strings.TrimPrefix(name, "response-"), q.query.Get(name))
		}
	}
	http.ServeContent(w, q.r, "", o.modified, bytes.NewReader(o.body)) // ranges and conditions
	return nil
}

var oneRange = lazyre.New(`\Abytes=(\d*)-(\d*)\z`)

// checkRange refuses a range outside of the object in S3's words, and drops
// what S3 ignores: anything but one range of bytes.
func checkRange(r *http.Request, size int) *refusal {
	m := oneRange().FindStringSubmatch(r.Header.Get("Range"))
	if m == nil || m[1] == "" && m[2] == "" {
		r.Header.Del("Range")
		return nil
	}
	first, err := strconv.Atoi(m[1])
	if m[1] != "" && err == nil && first < size || m[1] == "" && m[2] != "0" && size > 0 {
		return nil
	}
	return refuse(http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The requested range is not satisfiable").
		with("RangeRequested", r.Header.Get("Range")).with("ActualObjectSize", strconv.Itoa(size))
}

func (s *Server) putObject(w http.ResponseWriter, q *s3Request) *refusal {
	if refused := checkPut(q); refused != nil {
		return refused
	}
	o := newObject(q.content, q.now)
	if refused := verifyDigests(q, &o); refused != nil {
		return refused
	}
	if t := q.r.Header.Get("Content-Type"); t != "" {
		o.contentType = t
	}
	for name := range q.r.Header {
		lower := strings.ToLower(name)
		if strings.HasPrefix(lower, "x-amz-meta-") || slices.Contains(keptHeaders, lower) {
			o.headers[lower] = q.r.Header.Get(name)
		}
	}
	if encoding := contentEncoding(q.r.Header.Values("Content-Encoding")); encoding != "" {
		o.headers["content-encoding"] = encoding
	}
	if refused := s.put(q, o); refused != nil {
		return refused
	}
	h := w.Header()
	h.Set("ETag", o.etag)
	h.Set("X-Amz-Server-Side-Encryption", "AES256")
	name, value := o.checksum.header()
	h.Set(name, value)
	h.Set("X-Amz-Checksum-Type", "FULL_OBJECT")
	w.WriteHeader(http.StatusOK)
	return nil
}

// put stores the object, under the two conditions that S3 knows for writes.
func (s *Server) put(q *s3Request, o object) *refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	was, exists := q.store.objects[q.key]
	match := q.r.Header.Get("If-Match")
	if q.r.Header.Get("If-None-Match") == "*" && exists || match != "" && was.etag != match {
		return refuse(http.StatusPreconditionFailed, "PreconditionFailed",
			"At least one of the pre-conditions you specified did not hold")
	}
	q.store.objects[q.key] = o
	return nil
}

// checkPut refuses what the sandbox, or a bucket without ACLs, does not do.
func checkPut(q *s3Request) *refusal {
	h := q.r.Header
	if q.r.ContentLength < 0 && h.Get("X-Amz-Decoded-Content-Length") == "" {
		return refuse(http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.")
	}
	if acl := h.Get("X-Amz-Acl"); acl != "" && acl != "bucket-owner-full-control" {
		return refuse(http.StatusBadRequest, "AccessControlListNotSupported", "The bucket does not allow ACLs")
	}
	if e := h.Get("X-Amz-Server-Side-Encryption"); e != "" && e != "AES256" {
		return refuse(http.StatusNotImplemented, "NotImplemented",
			"A header you provided implies functionality that is not implemented.")
	}
	return nil
}

// verifyDigests holds the content against every checksum that came with it, in
// a header or in the trailer, and keeps the one that was given.
func verifyDigests(q *s3Request, o *object) *refusal {
	if given := q.r.Header.Get("Content-Md5"); given != "" {
		sum := md5.Sum(q.content)
		if base64.StdEncoding.EncodeToString(sum[:]) != given {
			return refuse(http.StatusBadRequest, "BadDigest", "The Content-MD5 you specified did not match what we received.")
		}
	}
	headers := map[string]string{}
	for name := range q.r.Header {
		headers[strings.ToLower(name)] = q.r.Header.Get(name)
	}
	for _, given := range append(givenChecksums(headers), givenChecksums(q.trailer)...) {
		want, known := newChecksum(given.algorithm, q.content)
		if !known {
			return refuse(http.StatusBadRequest, "InvalidRequest",
				"The algorithm type you specified in x-amz-checksum- header is invalid.")
		}
		if want != given {
			return refuse(http.StatusBadRequest, "BadDigest", "The "+strings.ToUpper(given.algorithm)+
				" you specified did not match the calculated checksum.")
		}
		o.checksum = want
	}
	return nil
}

// contentEncoding is the object's encoding, without that of the transfer.
func contentEncoding(values []string) string {
	var kept []string
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part != "" && part != "aws-chunked" {
				kept = append(kept, part)
			}
		}
	}
	return strings.Join(kept, ",")
}

func (s *Server) deleteObject(w http.ResponseWriter, q *s3Request) *refusal {
	s.mu.Lock()
	delete(q.store.objects, q.key)
	s.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
	return nil
}
