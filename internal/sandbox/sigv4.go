package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// This file verifies AWS Signature Version 4 in the Authorization header:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
// The computation is done from the request as it arrived, never by the signer
// of an SDK, so that the two check each other.

const (
	signingAlgorithm = "AWS4-HMAC-SHA256"
	amzDateLayout    = "20060102T150405Z"
	// maxSkew is how far a request's date may be from the server's clock.
	maxSkew = 15 * time.Minute
)

// authorization is a parsed Authorization header and the date it goes with.
type authorization struct {
	keyID         string
	date          string // of the credential scope, yyyymmdd
	region        string
	service       string
	terminator    string // must be aws4_request
	signedHeaders []string
	signature     string
	amzDate       string
	time          time.Time
}

func (a *authorization) scope() string {
	return a.date + "/" + a.region + "/" + a.service + "/" + a.terminator
}

func (a *authorization) signed(header string) bool {
	return slices.Contains(a.signedHeaders, header)
}

// authProblem is what is wrong with a request's authentication. Services name
// the same problem differently.
type authProblem int

const (
	unsigned       authProblem = iota + 1 // no signature at all
	malformed                             // the Authorization header
	dateMissing                           // no X-Amz-Date, or not in its form
	wrongScope                            // date, region, service or terminator of the credential scope
	unknownKey                            // no such access key
	tokenMissing                          // a session's key without its token
	wrongToken                            // a token that is not the key's
	expiredToken                          // the session is over
	clockOff                              // more than maxSkew
	headerUnsigned                        // a header that must be signed is not
	mismatch                              // the signature is not the one computed
)

// authFailure is a refusal to authenticate; detail continues AWS's message
// where the problem alone does not make it.
type authFailure struct {
	problem authProblem
	detail  string
}

// parseAuthorization reads the header without judging what it claims.
func parseAuthorization(r *http.Request) (*authorization, *authFailure) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return nil, &authFailure{problem: unsigned}
	}
	algorithm, rest, _ := strings.Cut(header, " ")
	if algorithm != signingAlgorithm {
		return nil, &authFailure{malformed, "Unsupported Authorization Type."}
	}
	fields := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		key, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			return nil, &authFailure{malformed, "not a valid key=value pair (missing equal-sign) in Authorization header."}
		}
		fields[key] = value
	}
	var missing []string
	for _, key := range []string{"Credential", "Signature", "SignedHeaders"} {
		if fields[key] == "" {
			missing = append(missing, "Authorization header requires '"+key+"' parameter.")
		}
	}
	if missing != nil {
		return nil, &authFailure{malformed, strings.Join(missing, " ")}
	}
	scope := strings.Split(fields["Credential"], "/")
	if len(scope) != 5 {
		return nil, &authFailure{malformed,
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term."}
	}
	a := &authorization{
		keyID: scope[0], date: scope[1], region: scope[2], service: scope[3], terminator: scope[4],
		signedHeaders: strings.Split(fields["SignedHeaders"], ";"),
		signature:     fields["Signature"],
		amzDate:       r.Header.Get("X-Amz-Date"),
	}
	var err error
	if a.time, err = time.Parse(amzDateLayout, a.amzDate); err != nil {
		return a, &authFailure{problem: dateMissing}
	}
	return a, nil
}

// checkScope holds the credential scope against the request: the date of its
// X-Amz-Date, the service that is called, a region that there is.
func (a *authorization) checkScope(service string) *authFailure {
	switch {
	case a.terminator != "aws4_request":
		return &authFailure{wrongScope,
			"Credential should be scoped with a valid terminator: 'aws4_request', not '" + a.terminator + "'."}
	case a.service != service:
		return &authFailure{wrongScope, "Credential should be scoped to correct service: '" + service + "'. "}
	case !knownRegion(a.region):
		return &authFailure{wrongScope, "Credential should be scoped to a valid region. "}
	case !strings.HasPrefix(a.amzDate, a.date):
		return &authFailure{wrongScope, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
			a.date + "' != '" + a.amzDate[:8] + "', from '" + a.amzDate + "'."}
	}
	return nil
}

// checkClock compares the request's date with the server's clock.
func (a *authorization) checkClock(now time.Time) *authFailure {
	const layout = amzDateLayout
	switch {
	case a.time.Before(now.Add(-maxSkew)):
		return &authFailure{clockOff, "Signature expired: " + a.amzDate + " is now earlier than " +
			now.Add(-maxSkew).Format(layout) + " (" + now.Format(layout) + " - 15 min.)"}
	case a.time.After(now.Add(maxSkew)):
		return &authFailure{clockOff, "Signature not yet current: " + a.amzDate + " is still later than " +
			now.Add(maxSkew).Format(layout) + " (" + now.Format(layout) + " + 15 min.)"}
	}
	return nil
}

// checkHeaders demands that the host and every x-amz- header are signed; else
// somebody on the way could change them.
func (a *authorization) checkHeaders(h http.Header) *authFailure {
	var open []string
	for _, name := range append(headerNames(h), "host") {
		if (name == "host" || strings.HasPrefix(name, "x-amz-")) && !a.signed(name) {
			open = append(open, name)
		}
	}
	if open == nil {
		return nil
	}
	slices.Sort(open)
	return &authFailure{headerUnsigned, strings.Join(open, ", ")}
}

func headerNames(h http.Header) []string {
	var names []string
	for name := range h {
		names = append(names, strings.ToLower(name))
	}
	return names
}

// signingKey derives the key of one day, region and service from a secret.
func signingKey(secret, date, region, service string) []byte {
	key := []byte("AWS4" + secret)
	for _, part := range []string{date, region, service, "aws4_request"} {
		key = hmacSHA256(key, part)
	}
	return key
}

// checkSignature computes the signature of r with the key and compares.
// payloadHash is the hex SHA-256 of the body, or what S3 takes in its place.
func (a *authorization) checkSignature(key []byte, r *http.Request, payloadHash string) *authFailure {
	toSign := strings.Join([]string{signingAlgorithm, a.amzDate, a.scope(),
		hexSHA256([]byte(a.canonicalRequest(r, payloadHash)))}, "\n")
	want := hex.EncodeToString(hmacSHA256(key, toSign))
	if !hmac.Equal([]byte(want), []byte(a.signature)) {
		return &authFailure{problem: mismatch}
	}
	return nil
}

func (a *authorization) canonicalRequest(r *http.Request, payloadHash string) string {
	path := uriEncode(r.URL.Path, false)
	if a.service != "s3" {
		path = uriEncode(path, false) // every service but S3 encodes twice
	}
	if path == "" {
		path = "/"
	}
	var headers strings.Builder
	for _, name := range a.signedHeaders {
		headers.WriteString(name + ":" + headerValue(r, name) + "\n")
	}
	return strings.Join([]string{r.Method, path, canonicalQuery(r.URL.RawQuery),
		headers.String(), strings.Join(a.signedHeaders, ";"), payloadHash}, "\n")
}

// headerValue is a header as it is signed: trimmed, runs of spaces as one,
// several values joined. net/http keeps three of them outside the header map.
func headerValue(r *http.Request, name string) string {
	values := r.Header.Values(name)
	switch {
	case name == "host":
		values = []string{r.Host}
	case name == "content-length" && len(values) == 0:
		values = []string{strconv.FormatInt(r.ContentLength, 10)}
	case name == "transfer-encoding":
		values = r.TransferEncoding
	}
	clean := make([]string, len(values))
	for i, v := range values {
		clean[i] = strings.Join(strings.Fields(v), " ")
	}
	return strings.Join(clean, ",")
}

func canonicalQuery(raw string) string {
	var pairs []string
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		key, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, uriEncode(unescape(key), true)+"="+uriEncode(unescape(value), true))
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// uriEncode is RFC 3986's percent-encoding of every byte that is not
// unreserved; a path keeps its slashes.
func uriEncode(s string, slashes bool) string {
	const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"
	var b strings.Builder
	for _, c := range []byte(s) {
		if strings.IndexByte(unreserved, c) >= 0 || c == '/' && !slashes {
			b.WriteByte(c)
			continue
		}
		b.WriteString("%" + strings.ToUpper(hex.EncodeToString([]byte{c})))
	}
	return b.String()
}

func hmacSHA256(key []byte, data string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(data))
	return mac.Sum(nil)
}

func hexSHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
