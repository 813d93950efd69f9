package session

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"

	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/xrole/xrole/internal/fault"
)

// unreached translates what is no answer of AWS at all.
func (r *request) unreached(err error, c call) error {
	where := c.target.URL
	if u, err := url.Parse(where); err == nil {
		where = u.Redacted() // there may be a password in it
	}
	if where == "" {
		where = "in region " + c.target.Region
	}
	var status *smithyhttp.ResponseError
	var dns *net.DNSError
	var e *fault.Error
	switch {
	case errors.Is(err, context.Canceled):
		return interrupted(err)
	case errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		e = fault.New(fault.Other, "profile %q: %sSTS %s did not answer within %s", r.chain.Profile, c.what(), where, callTimeout)
	case errors.As(err, &dns):
		e = fault.New(fault.Other, "profile %q: %scan't find STS %s: no such host %q", r.chain.Profile, c.what(), where, dns.Name)
	case errors.As(err, &status) && status.HTTPStatusCode() != 0: // 0 if there was no answer
		e = fault.New(fault.Other, "profile %q: %sSTS %s answered with status %d and nothing that can be read", r.chain.Profile, c.what(), where, status.HTTPStatusCode())
	default:
		e = fault.New(fault.Other, "profile %q: %scan't reach STS %s: %s", r.chain.Profile, c.what(), where, c.redact(rootCause(err)))
	}
	var dial *net.OpError
	cause := error(redacted{err, c})
	if dns != nil || errors.As(err, &dial) && dial.Op == "dial" {
		cause = errors.Join(errUnspent, cause)
	}
	return e.WithHint("check the network, the proxy, the region and AWS_ENDPOINT_URL_STS").Because(cause)
}

func isTimeout(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

// rootCause is the last error of a chain: the SDK wraps it in its own story.
func rootCause(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return oneLine(err.Error())
		}
		err = next
	}
}

// oneLine keeps the first line of a message from a server, printable and
// without a full stop.
func oneLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return strings.Trim(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s), " .")
}
