package sandbox

import (
	"crypto/rand"
	"encoding/xml"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/xrole/xrole/pkg/policy"
)

// call is one AWS request while it is served.
type call struct {
	r        *http.Request
	id       string // request id
	body     []byte // as it was sent
	tooLarge bool   // body is cut at maxBody
	wall     time.Time
	now      time.Time

	auth        *authorization // nil if there is no signature that can be read
	authFailure *authFailure   // what was wrong with it so far
	caller      *caller        // set by authenticate
	signingKey  []byte         // set by authenticate

	service, action, target, code string // for the log
}

// refusal is an error as AWS answers it.
type refusal struct {
	status        int
	code, message string
	extra         []element // further elements of S3's error document
}

type element struct {
	XMLName xml.Name
	Value   string `xml:",chardata"`
}

func refuse(status int, code, message string) *refusal {
	return &refusal{status: status, code: code, message: message}
}

func (r *refusal) with(name, value string) *refusal {
	r.extra = append(r.extra, element{xml.Name{Local: name}, value})
	return r
}

// isSTS tells the services apart: by the credential scope of the signature
// and, where there is none, by the form of the request. What is meant for any
// other service is STS's to refuse.
func (c *call) isSTS() bool {
	if c.auth != nil {
		return c.auth.service != "s3"
	}
	form, _, _ := strings.Cut(c.r.Header.Get("Content-Type"), ";")
	return form == "application/x-www-form-urlencoded" || c.r.URL.Query().Has("Action")
}

func (c *call) event() Event {
	e := Event{Time: c.now, Service: c.service, Action: c.action, Target: c.target, Code: c.code}
	if c.auth != nil {
		e.AccessKeyID = c.auth.keyID
	}
	return e
}

// authenticate finds out who calls service, in the order in which AWS looks:
// the form of the signature, its scope, the key, the session, the clock, and
// the signature itself.
func (s *Server) authenticate(c *call, service, payloadHash string) *authFailure {
	if c.authFailure != nil {
		return c.authFailure
	}
	a := c.auth
	if f := a.checkScope(service); f != nil {
		return f
	}
	s.mu.Lock()
	key := s.keys[a.keyID]
	s.mu.Unlock()
	if key == nil {
		return &authFailure{problem: unknownKey}
	}
	switch token := c.r.Header.Get("X-Amz-Security-Token"); {
	case token == "" && key.Temporary():
		return &authFailure{problem: tokenMissing}
	case token != key.SessionToken.Reveal():
		return &authFailure{problem: wrongToken}
	case key.Temporary() && !c.now.Before(key.Expiration):
		return &authFailure{problem: expiredToken}
	}
	if f := a.checkClock(c.wall); f != nil {
		return f
	}
	if f := a.checkHeaders(c.r.Header); f != nil {
		return f
	}
	c.signingKey = signingKey(key.SecretAccessKey.Reveal(), a.date, a.region, a.service)
	if f := a.checkSignature(c.signingKey, c.r, payloadHash); f != nil {
		return f
	}
	c.caller = key.holder
	return nil
}

// context is what every call carries into the evaluation of policies.
func (c *call) context() policy.Context {
	host, _, _ := net.SplitHostPort(c.r.RemoteAddr)
	ctx := policy.Context{
		"aws:CurrentTime":     {c.now.Format(time.RFC3339)},
		"aws:EpochTime":       {strconv.FormatInt(c.now.Unix(), 10)},
		"aws:RequestedRegion": {c.auth.region},
		"aws:SecureTransport": {"false"},
		"aws:SourceIp":        {host},
	}
	if agent := c.r.UserAgent(); agent != "" {
		ctx["aws:UserAgent"] = []string{agent}
	}
	c.caller.addContext(ctx, c.now)
	return ctx
}

// writeXML sends v, with the declaration that some clients insist on.
func (c *call) writeXML(w http.ResponseWriter, status int, contentType string, v any) {
	out, err := xml.Marshal(v)
	if err != nil {
		status, out = http.StatusInternalServerError, nil
	}
	out = append([]byte(xml.Header), out...)
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(out)))
	h.Set("Date", c.wall.Format(http.TimeFormat))
	w.WriteHeader(status)
	if c.r.Method != http.MethodHead {
		_, _ = w.Write(out) // a client who has gone is none of our business
	}
}

// requestID is a random UUID, what STS names its requests with.
func requestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
