package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The two examples that AWS publishes for chunked uploads: 65 KiB of "a", the
// example secret, and the signatures of request, chunks and trailer.
var publishedExamples = []struct {
	name          string
	seed          string
	chunks        [3]string
	trailer       string
	trailerSigned string
}{
	{
		name: "signed chunks",
		seed: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
		chunks: [3]string{
			"ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
			"0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
			"b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"},
	},
	{
		name: "signed chunks and trailer",
		seed: "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
		chunks: [3]string{
			"b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
			"1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
			"2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992"},
		trailer:       "x-amz-checksum-crc32c:sOO8/Q==",
		trailerSigned: "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435",
	},
}

func exampleSigner(seed string) *chunkSigner {
	return &chunkSigner{
		key:     signingKey("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "20130524", "us-east-1", "s3"),
		amzDate: "20130524T000000Z", scope: "20130524/us-east-1/s3/aws4_request", previous: seed,
	}
}

func TestChunksAgainstPublishedExamples(t *testing.T) {
	content := bytes.Repeat([]byte("a"), 66560)
	for _, ex := range publishedExamples {
		t.Run(ex.name, func(t *testing.T) {
			var b strings.Builder
			for i, data := range [][]byte{content[:65536], content[65536:], nil} {
				fmt.Fprintf(&b, "%x;chunk-signature=%s\r\n%s", len(data), ex.chunks[i], data)
				if len(data) > 0 || ex.trailer == "" {
					b.WriteString("\r\n")
				}
			}
			if ex.trailer != "" {
				b.WriteString(ex.trailer + "\r\nx-amz-trailer-signature:" + ex.trailerSigned + "\r\n\r\n")
			}
			body := b.String()
			got, trailer, problem := decodeChunked([]byte(body), exampleSigner(ex.seed), ex.trailer != "")
			if problem != 0 || !bytes.Equal(got, content) {
				t.Fatalf("problem %d, %d bytes", problem, len(got))
			}
			if ex.trailer != "" && trailer["x-amz-checksum-crc32c"] != "sOO8/Q==" {
				t.Errorf("trailer %v", trailer)
			}
			for name, change := range map[string][2]string{
				"a chunk's content":   {"aa\r\n", "ab\r\n"},
				"a chunk's signature": {ex.chunks[1], strings.Repeat("0", 64)},
				"the last signature":  {ex.chunks[2], strings.Repeat("0", 64)},
				"the trailer":         {"sOO8/Q==", "sOO8/A=="},
			} {
				changed := strings.Replace(body, change[0], change[1], 1)
				if changed == body {
					continue // no trailer in it
				}
				if _, _, problem := decodeChunked([]byte(changed), exampleSigner(ex.seed), ex.trailer != ""); problem != chunkSignature {
					t.Errorf("%s changed: problem %d", name, problem)
				}
			}
		})
	}
}

func TestMalformedChunks(t *testing.T) {
	for _, body := range []string{"", "5", "5\r\nab\r\n", "5\r\nhello", "5\r\nhello\r\n", "x\r\n", "-1\r\n", "5\r\nhelloX\r\n0\r\n\r\n",
		"ffffffffffffffff\r\n", "0\r\nno colon\r\n\r\n"} {
		if _, _, problem := decodeChunked([]byte(body), nil, true); problem != chunkForm {
			t.Errorf("%q: problem %d", body, problem)
		}
	}
}

func FuzzDecodeChunked(f *testing.F) {
	f.Add("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", true)
	f.Add("5;chunk-signature=0\r\nhello\r\n0;chunk-signature=0\r\n\r\n", false)
	f.Fuzz(func(t *testing.T, body string, trailer bool) {
		content, _, problem := decodeChunked([]byte(body), nil, trailer)
		if problem == 0 && len(content) > len(body) {
			t.Errorf("%d bytes out of %d", len(content), len(body))
		}
		if _, _, problem := decodeChunked([]byte(body), exampleSigner("seed"), trailer); problem == 0 {
			t.Error("an unsigned body passed as signed")
		}
	})
}

// What the Go, JavaScript and Python SDKs send for an upload whose checksum
// follows the content.
func TestUploadsInChunks(t *testing.T) {
	s := start(t, Options{})
	creds := mustAssume(t, s, keysOf(t, s, "alice"), prodRole("rules/Writer"), nil)
	for _, row := range []struct {
		name, body, length, trailer string
		code                        string
	}{
		{name: "crc32", body: "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
			length: "5", trailer: "x-amz-checksum-crc32"},
		{name: "wrong checksum", body: "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n",
			length: "5", trailer: "x-amz-checksum-crc32", code: "BadDigest"},
		{name: "wrong length", body: "5\r\nhello\r\n0\r\n\r\n", length: "6", code: "IncompleteBody"},
		{name: "no length", body: "5\r\nhello\r\n0\r\n\r\n", code: "MissingContentLength"},
		{name: "no trailer", body: "5\r\nhello\r\n0\r\n\r\n", length: "5", trailer: "x-amz-checksum-crc32",
			code: "MalformedTrailerError"},
		{name: "cut short", body: "5\r\nhel", length: "5", code: "IncompleteBody"},
		{name: "unknown checksum", body: "5\r\nhello\r\n0\r\nx-amz-checksum-crc7:AA==\r\n\r\n", length: "5", code: "InvalidRequest"},
	} {
		t.Run(row.name, func(t *testing.T) {
			put := signing{method: http.MethodPut, path: "/drop-bucket/" + uriEncode(row.name, false), body: row.body,
				service: "s3", region: "eu-west-1", at: time.Now(), creds: creds, payload: streamingTrailer,
				header: map[string]string{"Content-Encoding": "aws-chunked"}}
			for name, value := range map[string]string{"X-Amz-Decoded-Content-Length": row.length, "X-Amz-Trailer": row.trailer} {
				if value != "" {
					put.header[name] = value
				}
			}
			a := send(t, put.request(t, s.URL()))
			if a.code != row.code {
				t.Fatalf("%d %s, want %q", a.status, a.body, row.code)
			}
			if row.code != "" {
				return
			}
			get := put
			get.method, get.body, get.payload, get.header = http.MethodGet, "", "", map[string]string{"X-Amz-Checksum-Mode": "ENABLED"}
			a = send(t, get.request(t, s.URL()))
			if a.body != "hello" || a.header.Get("X-Amz-Checksum-Crc32") != "NhCmhg==" || a.header.Get("Content-Encoding") != "" {
				t.Errorf("got back %q, %v", a.body, a.header)
			}
		})
	}
}

func TestUploadInSignedChunks(t *testing.T) {
	s := start(t, Options{})
	creds := mustAssume(t, s, keysOf(t, s, "alice"), prodRole("rules/Writer"), nil)
	for _, tampered := range []bool{false, true} {
		put := signing{method: http.MethodPut, path: "/drop-bucket/signed", body: strings.Repeat("x", 5+2*(len(";chunk-signature=")+64)+10),
			service: "s3", region: "eu-west-1", at: time.Now(), creds: creds, payload: streamingSigned,
			header: map[string]string{"X-Amz-Decoded-Content-Length": "5"}}
		req := put.request(t, s.URL())
		auth, _ := parseAuthorization(req)
		signer := &chunkSigner{key: signingKey(creds.SecretAccessKey.Reveal(), auth.date, auth.region, auth.service),
			amzDate: auth.amzDate, scope: auth.scope(), previous: auth.signature}
		body := "5;chunk-signature=" + signer.chunk([]byte("hello")) + "\r\nhello\r\n0;chunk-signature=" + signer.chunk(nil) + "\r\n\r\n"
		want := ""
		if tampered {
			body, want = strings.Replace(body, "hello", "HELLO", 1), "SignatureDoesNotMatch"
		}
		req.Body, req.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		if a := send(t, req); a.code != want {
			t.Errorf("tampered %v: %d %s", tampered, a.status, a.body)
		}
	}
}

// The check values of the CRC catalogue, and FIPS 180's for the others.
func TestChecksums(t *testing.T) {
	for algorithm, want := range map[string]string{
		"crc32": "y/Q5Jg==", "crc32c": "4waSgw==", "crc64nvme": "rosUhgp5mIg=",
		"sha1": "98O8HYCOBHMq32eZZczDTKeuNEE=", "sha256": "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=",
	} {
		if got, ok := newChecksum(algorithm, []byte("123456789")); !ok || got.value != want {
			t.Errorf("%s: %s, want %s", algorithm, got.value, want)
		}
	}
	if _, ok := newChecksum("crc7", nil); ok {
		t.Error("crc7 is known")
	}
}
