package sandbox

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

func TestGetObject(t *testing.T) {
	s := start(t, Options{})
	creds := mustAssume(t, s, keysOf(t, s, "alice"), prodRole("ProdS3ReadRole"), nil)
	const path, text = "/my-prod-data-bucket/hello.txt", "Hello from production.\n"
	whole := s3Call(t, s, creds, "GET", path, nil)
	etag := whole.header.Get("ETag")
	for _, row := range []struct {
		name   string
		header map[string]string
		status int
		body   string
		code   string
	}{
		{"whole", nil, 200, text, ""},
		{"from the start", map[string]string{"Range": "bytes=0-4"}, 206, "Hello", ""},
		{"to the end", map[string]string{"Range": "bytes=11-"}, 206, "production.\n", ""},
		{"the last bytes", map[string]string{"Range": "bytes=-12"}, 206, "production.\n", ""},
		{"behind the end", map[string]string{"Range": "bytes=23-"}, 416, "", "InvalidRange"},
		{"no bytes", map[string]string{"Range": "bytes=-0"}, 416, "", "InvalidRange"},
		{"several ranges are ignored", map[string]string{"Range": "bytes=0-1,3-4"}, 200, text, ""},
		{"nonsense is ignored", map[string]string{"Range": "lines=1"}, 200, text, ""},
		{"if match", map[string]string{"If-Match": etag}, 200, text, ""},
		{"if match another", map[string]string{"If-Match": `"x"`}, 412, "", ""},
		{"if none match", map[string]string{"If-None-Match": etag}, 304, "", ""},
	} {
		a := s3Call(t, s, creds, "GET", path, row.header)
		if a.status != row.status || a.code != row.code || row.code == "" && a.body != row.body {
			t.Errorf("%s: %d %s %q", row.name, a.status, a.code, a.body)
		}
	}
	h := s3Call(t, s, creds, "HEAD", path+"?response-content-type=text%2Fplain", map[string]string{"X-Amz-Checksum-Mode": "ENABLED"}).header
	for name, want := range map[string]string{
		"Content-Length": "23", "Content-Type": "text/plain", "ETag": etag, "Accept-Ranges": "bytes",
		"X-Amz-Checksum-Crc64nvme": "", "X-Amz-Checksum-Type": "FULL_OBJECT", "X-Amz-Request-Id": "", "Last-Modified": "",
	} {
		if got := h.Get(name); got == "" || want != "" && got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestPutObject(t *testing.T) {
	s := start(t, Options{})
	creds := mustAssume(t, s, keysOf(t, s, "alice"), prodRole("rules/Writer"), nil)
	put := func(key string, header map[string]string) answer {
		return send(t, signing{method: "PUT", path: "/drop-bucket/" + key, body: "hello", service: "s3", region: "eu-west-1",
			at: time.Now(), creds: creds, header: header}.request(t, s.URL()))
	}
	for _, row := range []struct {
		name   string
		header map[string]string
		code   string
	}{
		{"plain", nil, ""},
		{"type and metadata", map[string]string{"Content-Type": "text/plain", "X-Amz-Meta-Who": "alice", "Cache-Control": "no-store"}, ""},
		{"md5", map[string]string{"Content-Md5": "XUFAKrxLKna5cZ2REBfFkg=="}, ""},
		{"wrong md5", map[string]string{"Content-Md5": "AAAAAAAAAAAAAAAAAAAAAA=="}, "BadDigest"},
		{"crc32", map[string]string{"X-Amz-Checksum-Crc32": "NhCmhg=="}, ""},
		{"wrong crc32", map[string]string{"X-Amz-Checksum-Crc32": "AAAAAA=="}, "BadDigest"},
		{"private", map[string]string{"X-Amz-Acl": "public-read"}, "AccessControlListNotSupported"},
		{"its own key", map[string]string{"X-Amz-Server-Side-Encryption": "aws:kms"}, "NotImplemented"},
		{"copy", map[string]string{"X-Amz-Copy-Source": "/drop-bucket/plain"}, "NotImplemented"},
		{"if new", map[string]string{"If-None-Match": "*"}, ""},
	} {
		key := strings.ReplaceAll(row.name, " ", "-")
		if a := put(key, row.header); a.code != row.code {
			t.Errorf("%s: %d %s", row.name, a.status, a.body)
		}
	}
	endless := signing{method: "PUT", path: "/drop-bucket/endless", service: "s3", region: "eu-west-1", at: time.Now(), creds: creds,
		payload: unsignedPayload}.request(t, s.URL())
	endless.Body, endless.ContentLength = io.NopCloser(strings.NewReader("hello")), -1
	if a := send(t, endless); a.code != "MissingContentLength" {
		t.Errorf("a body without a length: %d %s", a.status, a.body)
	}
	if a := put("plain", map[string]string{"If-None-Match": "*"}); a.code != "PreconditionFailed" {
		t.Errorf("an object that is there was written over: %d", a.status)
	}
	back := s3Call(t, s, creds, "GET", "/drop-bucket/type-and-metadata", nil)
	if back.body != "hello" || back.header.Get("Content-Type") != "text/plain" ||
		back.header.Get("Cache-Control") != "no-store" || back.header.Get("X-Amz-Meta-Who") != "alice" {
		t.Errorf("got back %q, %v", back.body, back.header)
	}
	if a := s3Call(t, s, creds, "DELETE", "/drop-bucket/plain", nil); a.status != 204 {
		t.Errorf("delete: %d", a.status)
	}
	if a := s3Call(t, s, creds, "GET", "/drop-bucket/plain", nil); a.code != "NoSuchKey" {
		t.Errorf("after delete: %d %s", a.status, a.code)
	}
	if a := s3Call(t, s, creds, "GET", "/", nil); !strings.Contains(a.body, "<Name>drop-bucket</Name>") {
		t.Errorf("list of buckets: %s", a.body)
	}
}

func TestPage(t *testing.T) {
	keys := []string{"a", "b/1", "b/2", "b/3", "c", "d/x/1", "d/x/2", "d/y", "e"}
	for _, row := range []struct {
		prefix, delimiter, after string
		most                     int
		want                     string
	}{
		{"", "", "", 1000, "[a b/1 b/2 b/3 c d/x/1 d/x/2 d/y e] [] false"},
		{"", "/", "", 1000, "[a c e] [b/ d/] false"},
		{"b/", "/", "", 1000, "[b/1 b/2 b/3] [] false"},
		{"d/", "/", "", 1000, "[d/y] [d/x/] false"},
		{"z", "/", "", 1000, "[] [] false"},
		{"", "", "", 2, "[a b/1] [] true"},
		{"", "", "b/1", 2, "[b/2 b/3] [] true"},
		{"", "/", "", 2, "[a] [b/] true"},
		{"", "/", "b/", 2, "[c] [d/] true"},
		{"", "/", "d/", 2, "[e] [] false"},
		{"", "", "", 0, "[] [] false"},
		{"", "", "e", 5, "[] [] false"},
	} {
		p := page(keys, row.prefix, row.delimiter, row.after, row.most)
		if got := fmt.Sprint(p.keys, p.prefixes, p.more); got != row.want {
			t.Errorf("%+v: %s", row, got)
		}
	}
}

func TestListingInPages(t *testing.T) {
	s := start(t, Options{})
	creds := mustAssume(t, s, keysOf(t, s, "alice"), prodRole("ProdS3ReadRole"), nil)
	list := func(query string) string {
		return s3Call(t, s, creds, "GET", "/my-prod-data-bucket?"+query, nil).body
	}
	first := list("list-type=2&max-keys=1")
	_, rest, _ := strings.Cut(first, "<NextContinuationToken>")
	token, _, _ := strings.Cut(rest, "<")
	if !strings.Contains(first, "<Key>hello.txt</Key>") || token == "" {
		t.Fatal(first)
	}
	second := list("list-type=2&continuation-token=" + uriEncode(token, true))
	if strings.Contains(second, "hello.txt") || !strings.Contains(second, "<KeyCount>2</KeyCount>") ||
		!strings.Contains(second, "<IsTruncated>false</IsTruncated>") {
		t.Error(second)
	}
	if body := list("delimiter=%2F&max-keys=1&marker=hello.txt&encoding-type=url"); !strings.Contains(body, "<CommonPrefixes><Prefix>reports/</Prefix></CommonPrefixes>") {
		t.Error(body)
	}
	for _, query := range []string{"list-type=2&continuation-token=%21", "list-type=2&max-keys=x", "max-keys=-1"} {
		if body := list(query); !strings.Contains(body, "<Code>InvalidArgument</Code>") {
			t.Errorf("%s: %s", query, body)
		}
	}
}
