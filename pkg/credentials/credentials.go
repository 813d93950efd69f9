// Package credentials holds the one value that the whole program is about: a
// set of AWS credentials, long-lived or temporary.
//
// Its secrets print as "[redacted]" with every fmt verb, so that no log line,
// error or panic can carry one by accident. Code that means to hand a secret
// out says so by calling [Secret.Reveal].
package credentials

import (
	"fmt"
	"time"
)

// Secret is a string that does not print itself.
type Secret string

const redacted = "[redacted]"

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

// Format implements [fmt.Formatter] and hides the value from every verb.
func (s Secret) Format(f fmt.State, _ rune) {
	if s == "" {
		return
	}
	_, _ = f.Write([]byte(redacted))
}

// MarshalText refuses to encode the secret, so that encoding/json fails loudly
// instead of writing it somewhere; encoders that mean it use [Secret.Reveal].
func (s Secret) MarshalText() ([]byte, error) {
	return nil, fmt.Errorf("a secret is not encoded by reflection: call Reveal")
}

// Credentials are what AWS requests are signed with.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey Secret
	// SessionToken is empty for the long-lived keys of an IAM user.
	SessionToken Secret
	// Expiration is in UTC; zero for credentials that do not expire.
	Expiration time.Time
	// AccountID is the twelve-digit account of the identity, empty if unknown.
	AccountID string
}

// Temporary reports whether the credentials are those of a session.
func (c Credentials) Temporary() bool { return c.SessionToken != "" }
