package sandbox

import (
	"encoding/base64"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
)

const (
	s3TimeLayout = "2006-01-02T15:04:05.000Z"
	maxListed    = 1000
)

func (s *Server) headBucket(w http.ResponseWriter, _ *s3Request) *refusal {
	w.WriteHeader(http.StatusOK) // findBucket set the region
	return nil
}

type bucketLocation struct {
	XMLName  xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ LocationConstraint"`
	Location string   `xml:",chardata"`
}

// getBucketLocation calls us-east-1 nothing at all, as S3 always has.
func (s *Server) getBucketLocation(w http.ResponseWriter, q *s3Request) *refusal {
	region := q.store.bucket.region
	if region == "us-east-1" {
		region = ""
	}
	q.writeXML(w, http.StatusOK, "application/xml", bucketLocation{Location: region})
	return nil
}

type bucketList struct {
	XMLName xml.Name      `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListAllMyBucketsResult"`
	Owner   string        `xml:"Owner>ID"`
	Buckets []bucketEntry `xml:"Buckets>Bucket"`
}

type bucketEntry struct{ Name, CreationDate, BucketRegion string }

// listBuckets lists the buckets of the caller's account.
func (s *Server) listBuckets(w http.ResponseWriter, q *s3Request) *refusal {
	list := bucketList{Owner: q.caller.account().id}
	for _, b := range q.caller.account().buckets {
		s.mu.Lock()
		created := s.buckets[b.name].created
		s.mu.Unlock()
		list.Buckets = append(list.Buckets, bucketEntry{b.name, created.Format(s3TimeLayout), b.region})
	}
	q.writeXML(w, http.StatusOK, "application/xml", list)
	return nil
}

// objectList is the answer of both versions of ListObjects.
type objectList struct {
	XMLName      xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
	Name         string
	Prefix       string
	Delimiter    string `xml:",omitempty"`
	EncodingType string `xml:",omitempty"`
	MaxKeys      int
	IsTruncated  bool
	// Version 1.
	Marker     *string
	NextMarker string `xml:",omitempty"`
	// Version 2.
	KeyCount              *int
	StartAfter            string `xml:",omitempty"`
	ContinuationToken     string `xml:",omitempty"`
	NextContinuationToken string `xml:",omitempty"`

	Contents       []listedObject
	CommonPrefixes []commonPrefix
}

type listedObject struct {
	Key               string
	LastModified      string
	ETag              string
	ChecksumAlgorithm string
	ChecksumType      string
	Size              int
	StorageClass      string
}

type commonPrefix struct{ Prefix string }

// listObjects serves ListObjectsV2 and its predecessor.
func (s *Server) listObjects(w http.ResponseWriter, q *s3Request) *refusal {
	list := objectList{
		Name: q.bucket, Prefix: q.query.Get("prefix"), Delimiter: q.query.Get("delimiter"),
		EncodingType: q.query.Get("encoding-type"), MaxKeys: maxListed,
	}
	if text := q.query.Get("max-keys"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return refuse(http.StatusBadRequest, "InvalidArgument", "Provided max-keys not an integer or within integer range").
				with("ArgumentName", "max-keys").with("ArgumentValue", text)
		}
		list.MaxKeys = min(n, maxListed)
	}
	after, refused := listAfter(q)
	if refused != nil {
		return refused
	}
	s.mu.Lock()
	p := page(q.store.keys(), list.Prefix, list.Delimiter, after, list.MaxKeys)
	for _, key := range p.keys {
		o := q.store.objects[key]
		list.Contents = append(list.Contents, listedObject{
			Key: key, LastModified: o.modified.Format(s3TimeLayout), ETag: o.etag,
			ChecksumAlgorithm: strings.ToUpper(o.checksum.algorithm), ChecksumType: "FULL_OBJECT",
			Size: len(o.body), StorageClass: "STANDARD"})
	}
	s.mu.Unlock()
	for _, prefix := range p.prefixes {
		list.CommonPrefixes = append(list.CommonPrefixes, commonPrefix{prefix})
	}
	list.IsTruncated = p.more
	list.addPosition(q, p)
	if list.EncodingType == "url" {
		list.encode()
	}
	q.writeXML(w, http.StatusOK, "application/xml", list)
	return nil
}

// listAfter is the key or common prefix after which the page begins.
func listAfter(q *s3Request) (string, *refusal) {
	if q.op.name == "ListObjects" {
		return q.query.Get("marker"), nil
	}
	if !q.query.Has("continuation-token") {
		return q.query.Get("start-after"), nil
	}
	after, err := base64.URLEncoding.DecodeString(q.query.Get("continuation-token"))
	if err != nil || len(after) == 0 {
		return "", refuse(http.StatusBadRequest, "InvalidArgument", "The continuation token provided is incorrect").
			with("ArgumentName", "continuation-token")
	}
	return string(after), nil
}

// addPosition says where this page stands and the next one begins, in the
// words of the version that was asked.
func (l *objectList) addPosition(q *s3Request, p listPage) {
	if q.op.name == "ListObjects" {
		marker := q.query.Get("marker")
		l.Marker = &marker
		if p.more && l.Delimiter != "" {
			l.NextMarker = p.last
		}
		return
	}
	count := len(p.keys) + len(p.prefixes)
	l.KeyCount = &count
	l.StartAfter = q.query.Get("start-after")
	l.ContinuationToken = q.query.Get("continuation-token")
	if p.more {
		l.NextContinuationToken = base64.URLEncoding.EncodeToString([]byte(p.last))
	}
}

// encode is encoding-type=url, for keys that XML cannot hold.
func (l *objectList) encode() {
	encode := func(s *string) { *s = uriEncode(*s, false) }
	encode(&l.Prefix)
	encode(&l.Delimiter)
	encode(&l.StartAfter)
	encode(&l.NextMarker)
	if l.Marker != nil {
		encode(l.Marker)
	}
	for i := range l.Contents {
		encode(&l.Contents[i].Key)
	}
	for i := range l.CommonPrefixes {
		encode(&l.CommonPrefixes[i].Prefix)
	}
}

// listPage is what one page of a listing holds; last is its last entry.
type listPage struct {
	keys, prefixes []string
	more           bool
	last           string
}

// page picks from sorted keys those below prefix and after a key or common
// prefix, and rolls up what lies behind the next delimiter.
func page(sorted []string, prefix, delimiter, after string, most int) listPage {
	var p listPage
	for _, key := range sorted {
		rest, ok := strings.CutPrefix(key, prefix)
		if !ok || key <= after {
			continue
		}
		entry, rolled := key, false
		if head, _, found := strings.Cut(rest, delimiter); delimiter != "" && found {
			entry, rolled = prefix+head+delimiter, true
		}
		if rolled && (entry == after || entry == p.last) {
			continue
		}
		if len(p.keys)+len(p.prefixes) == most {
			p.more = most > 0
			return p
		}
		p.last = entry
		if rolled {
			p.prefixes = append(p.prefixes, entry)
		} else {
			p.keys = append(p.keys, key)
		}
	}
	return p
}
