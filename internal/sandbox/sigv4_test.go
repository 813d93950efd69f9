package sandbox

import (
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/xrole/xrole/pkg/credentials"
)

// answer is what came back from a request that was sent as it stands.
type answer struct {
	status  int
	header  http.Header
	body    string
	code    string
	message string
}

func send(t *testing.T, req *http.Request) answer {
	t.Helper()
	resp, err := testClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, body: string(body)}
	var e struct {
		Code    string
		Message string
		Error   struct{ Code, Message string }
	}
	if resp.StatusCode >= 300 && len(body) > 0 {
		if err := xml.Unmarshal(body, &e); err != nil {
			t.Fatalf("%v in %s", err, body)
		}
		a.code, a.message = e.Code+e.Error.Code, e.Message+e.Error.Message
	}
	return a
}

// signing is a request to be signed by the SDK's own signer.
type signing struct {
	method, path, body string
	header             map[string]string
	service, region    string
	payload            string // x-amz-content-sha256 for S3; "" for the true hash
	at                 time.Time
	creds              credentials.Credentials
}

func (s signing) request(t *testing.T, url string) *http.Request {
	t.Helper()
	req, err := http.NewRequest(s.method, url+s.path, strings.NewReader(s.body))
	if err != nil {
		t.Fatal(err)
	}
	return s.sign(t, req)
}

// sign adds the headers and signs.
func (s signing) sign(t *testing.T, req *http.Request) *http.Request {
	t.Helper()
	for name, value := range s.header {
		req.Header.Set(name, value)
	}
	hash := s.payload
	if hash == "" {
		hash = hexSHA256([]byte(s.body))
	}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = s.service == "s3" })
	if s.service == "s3" {
		req.Header.Set("X-Amz-Content-Sha256", hash)
	}
	if err := signer.SignHTTP(context.Background(), sdkCredentials(s.creds), req, hash, s.service, s.region, s.at); err != nil {
		t.Fatal(err)
	}
	return req
}

const form = "application/x-www-form-urlencoded"

func whoAmI(creds credentials.Credentials) signing {
	return signing{method: http.MethodPost, path: "/", body: "Action=GetCallerIdentity&Version=2011-06-15",
		header: map[string]string{"Content-Type": form}, service: "sts", region: "us-east-1", at: time.Now(), creds: creds}
}

func getHello(creds credentials.Credentials) signing {
	return signing{method: http.MethodGet, path: "/my-prod-data-bucket/hello.txt",
		service: "s3", region: "us-east-1", at: time.Now(), creds: creds}
}

// Each row signs honestly with the SDK's signer, then tampers.
func TestSignatureIsVerified(t *testing.T) {
	s := start(t, Options{})
	alice := keysOf(t, s, "alice")
	role := mustAssume(t, s, alice, prodRole("ProdS3ReadRole"), nil)
	wrongSecret, unknown, noToken, otherToken := alice, alice, role, role
	wrongSecret.SecretAccessKey += "x"
	unknown.AccessKeyID = "AKIAAAAAAAAAAAAAAAAA"
	noToken.SessionToken = ""
	otherToken.SessionToken += "x"
	tokenOnKeys := alice
	tokenOnKeys.SessionToken = role.SessionToken
	resign := func(change func(*signing)) func(signing) signing {
		return func(s signing) signing { change(&s); return s }
	}
	replace := func(from, to string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), from, to, 1))
		}
	}
	for _, row := range []struct {
		name    string
		before  func(signing) signing
		tamper  func(*http.Request)
		sts, s3 string // codes; "" for success
		message string // of STS
	}{
		{name: "honest"},
		{name: "honest session", before: resign(func(s *signing) { s.creds = role })},
		{name: "signed header added later is fine", tamper: func(r *http.Request) { r.Header.Set("X-Other", "1") }},
		{name: "amz header added", tamper: func(r *http.Request) { r.Header.Set("X-Amz-Other", "1") },
			sts: "SignatureDoesNotMatch", s3: "AccessDenied", message: "not signed: x-amz-other"},
		{name: "date changed", tamper: func(r *http.Request) {
			r.Header.Set("X-Amz-Date", time.Now().UTC().Add(-time.Second).Format(amzDateLayout))
		}, sts: "SignatureDoesNotMatch", s3: "SignatureDoesNotMatch", message: "does not match the signature you provided"},
		{name: "query added", tamper: func(r *http.Request) { r.URL.RawQuery = "x-id=1" },
			sts: "SignatureDoesNotMatch", s3: "SignatureDoesNotMatch"},
		{name: "host changed", tamper: func(r *http.Request) { r.Host = "localhost" },
			sts: "SignatureDoesNotMatch", s3: "SignatureDoesNotMatch"},
		{name: "signature changed", tamper: replace("Signature=", "Signature=0"),
			sts: "SignatureDoesNotMatch", s3: "SignatureDoesNotMatch"},
		{name: "wrong secret", before: resign(func(s *signing) { s.creds = wrongSecret }),
			sts: "SignatureDoesNotMatch", s3: "SignatureDoesNotMatch"},
		{name: "unknown key", before: resign(func(s *signing) { s.creds = unknown }),
			sts: "InvalidClientTokenId", s3: "InvalidAccessKeyId", message: "The security token included in the request is invalid."},
		{name: "token missing", before: resign(func(s *signing) { s.creds = noToken }),
			sts: "InvalidClientTokenId", s3: "InvalidAccessKeyId"},
		{name: "token of another", before: resign(func(s *signing) { s.creds = otherToken }),
			sts: "InvalidClientTokenId", s3: "InvalidToken"},
		{name: "token on long-lived keys", before: resign(func(s *signing) { s.creds = tokenOnKeys }),
			sts: "InvalidClientTokenId", s3: "InvalidToken"},
		{name: "clock an hour late", before: resign(func(s *signing) { s.at = s.at.Add(-time.Hour) }),
			sts: "SignatureDoesNotMatch", s3: "RequestTimeTooSkewed", message: "Signature expired: "},
		{name: "clock an hour early", before: resign(func(s *signing) { s.at = s.at.Add(time.Hour) }),
			sts: "SignatureDoesNotMatch", s3: "RequestTimeTooSkewed", message: "Signature not yet current: "},
		{name: "clock ten minutes late is fine", before: resign(func(s *signing) { s.at = s.at.Add(-10 * time.Minute) })},
		{name: "no such region", before: resign(func(s *signing) { s.region = "eu-nowhere-1" }),
			sts: "SignatureDoesNotMatch", s3: "AuthorizationHeaderMalformed", message: "Credential should be scoped to a valid region"},
		{name: "scope of another day", tamper: func(r *http.Request) {
			replace("/"+time.Now().UTC().Format("20060102")+"/", "/20200101/")(r)
		}, sts: "SignatureDoesNotMatch", s3: "AuthorizationHeaderMalformed", message: "Date in Credential scope does not match"},
		{name: "wrong terminator", tamper: replace("/aws4_request", "/aws5_request"),
			sts: "SignatureDoesNotMatch", s3: "AuthorizationHeaderMalformed", message: "terminator"},
		{name: "host not signed", tamper: replace("host;", ""),
			sts: "SignatureDoesNotMatch", s3: "AccessDenied", message: "not signed: host"},
		{name: "unsigned", tamper: func(r *http.Request) { r.Header.Del("Authorization") },
			sts: "MissingAuthenticationToken", s3: "AccessDenied", message: "Request is missing Authentication Token"},
		{name: "no signature in it", tamper: replace("Signature=", "Sig="),
			sts: "IncompleteSignature", message: "Authorization header requires 'Signature' parameter."},
		{name: "no date", tamper: func(r *http.Request) { r.Header.Del("X-Amz-Date") },
			sts: "IncompleteSignature", s3: "AccessDenied", message: "'X-Amz-Date'"},
		{name: "cut credential", tamper: replace("/us-east-1", ""),
			sts: "IncompleteSignature", message: "exactly 5 slash-delimited elements"},
		{name: "a space in the key", tamper: replace("Credential=", "Credential "),
			sts: "IncompleteSignature", message: "missing equal-sign"},
		{name: "another scheme", tamper: replace("AWS4-HMAC-SHA256", "Bearer"),
			sts: "IncompleteSignature", message: "Unsupported Authorization Type"},
	} {
		t.Run(row.name, func(t *testing.T) {
			call := whoAmI(alice)
			if row.before != nil {
				call = row.before(call)
			}
			req := call.request(t, s.URL())
			if row.tamper != nil {
				row.tamper(req)
			}
			if a := send(t, req); a.code != row.sts || !strings.Contains(a.message, row.message) {
				t.Errorf("STS: %d %s: %q, want %q: …%q…", a.status, a.code, a.message, row.sts, row.message)
			}
			if row.s3 == "" && row.sts != "" {
				return // a header that can't be read tells no service; the form decided
			}
			call = getHello(role)
			if row.before != nil {
				call = row.before(call)
			}
			if row.s3 == "" {
				call.creds = role
			}
			req = call.request(t, s.URL())
			if row.tamper != nil {
				row.tamper(req)
			}
			if a := send(t, req); a.code != row.s3 {
				t.Errorf("S3: %d %s: %q, want %q", a.status, a.code, a.message, row.s3)
			}
		})
	}
}

func TestBodyIsPartOfTheSignature(t *testing.T) {
	s := start(t, Options{})
	alice := keysOf(t, s, "alice")
	req := whoAmI(alice).request(t, s.URL())
	other := "Action=GetSessionToken&Version=2011-06-15"
	req.Body, req.ContentLength = io.NopCloser(strings.NewReader(other)), int64(len(other))
	if a := send(t, req); a.code != "SignatureDoesNotMatch" {
		t.Errorf("a changed form passed: %d %s", a.status, a.body)
	}
	req = whoAmI(alice).request(t, s.URL())
	req.Header.Set("Content-Type", form+"; charset=utf-8")
	if a := send(t, req); a.code != "SignatureDoesNotMatch" {
		t.Errorf("a changed header passed: %d %s", a.status, a.body)
	}

	writer := mustAssume(t, s, alice, prodRole("rules/Writer"), nil)
	put := signing{method: http.MethodPut, path: "/drop-bucket/x", body: "true content",
		service: "s3", region: "eu-west-1", at: time.Now(), creds: writer}
	req = put.request(t, s.URL())
	req.Body = io.NopCloser(bytes.NewReader([]byte("FALSE CONTENT")[:len(put.body)]))
	if a := send(t, req); a.code != "XAmzContentSHA256Mismatch" {
		t.Errorf("a changed object passed: %d %s", a.status, a.body)
	}
	put.payload = unsignedPayload
	if a := send(t, put.request(t, s.URL())); a.status != http.StatusOK {
		t.Errorf("unsigned payload: %d %s", a.status, a.body)
	}
	put.payload = "not a hash"
	if a := send(t, put.request(t, s.URL())); a.code != "InvalidArgument" {
		t.Errorf("a payload hash that is none: %d %s", a.status, a.body)
	}
}

func TestOddPathsAndQueriesAreSignedAsTheSDKSignsThem(t *testing.T) {
	s := start(t, Options{})
	writer := mustAssume(t, s, keysOf(t, s, "alice"), prodRole("rules/Writer"), nil)
	for _, key := range []string{"plain", "a b", "ü/ö", "a+b", "a%25b", "a//b", "~_-.", "a=b&c", "(x)!*'"} {
		do := func(method, body string) answer {
			return send(t, signing{method: method, path: "/drop-bucket/" + uriEncode(key, false), body: body,
				service: "s3", region: "eu-west-1", at: time.Now(), creds: writer}.request(t, s.URL()))
		}
		if a := do(http.MethodPut, "value"); a.status != http.StatusOK {
			t.Errorf("put %q: %d %s", key, a.status, a.body)
		}
		if a := do(http.MethodGet, ""); a.body != "value" {
			t.Errorf("get %q: %d %s", key, a.status, a.body)
		}
		list := signing{method: http.MethodGet, path: "/drop-bucket?list-type=2&prefix=" + uriEncode(key, true),
			service: "s3", region: "eu-west-1", at: time.Now(), creds: writer}
		if a := send(t, list.request(t, s.URL())); !strings.Contains(a.body, "<KeyCount>1</KeyCount>") {
			t.Errorf("list %q: %d %s", key, a.status, a.body)
		}
	}
}

func TestAClockThatIsOff(t *testing.T) {
	for _, offset := range []time.Duration{time.Hour, -time.Hour} {
		s := start(t, Options{Offset: offset})
		_, err := stsAs(s, keysOf(t, s, "alice")).GetCallerIdentity(context.Background(), nil)
		wantRefused(t, err, "SignatureDoesNotMatch", "15 min.)")
	}
	// Time that passes for everybody is no skew.
	s := start(t, Options{})
	s.Advance(24 * time.Hour)
	out, err := stsAs(s, keysOf(t, s, "alice")).GetCallerIdentity(context.Background(), nil)
	if err != nil || aws.ToString(out.Arn) != "arn:aws:iam::222222222222:user/alice" {
		t.Errorf("got %v, %v", out, err)
	}
}
