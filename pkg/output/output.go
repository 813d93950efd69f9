// Package output turns credentials into what other programs read: the JSON of
// a credential_process, an environment, and lines for a shell to evaluate; and
// lays out the small tables that people read.
//
// It promises that no value, whatever is in it, can run anything in a shell
// that evaluates the lines: it comes back byte for byte or is refused. It only
// builds bytes; writing them, in one piece, is the caller's.
package output

import (
	"bytes"
	"encoding/json"
	"time"
	"unicode/utf8"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/credentials"
)

// processOutput is version 1 of what SDKs expect of a credential_process ("Process
// credential provider" in the AWS SDKs and Tools reference guide), and AccountId,
// which newer ones read. The field order is that of the guide.
type processOutput struct {
	Version         int
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string `json:",omitempty"`
	Expiration      string `json:",omitempty"`
	AccountID       string `json:"AccountId,omitempty"`
}

// CredentialProcess returns the JSON of a credential_process: one line with a
// newline at its end. What is unknown is left out, since an empty Expiration
// breaks the Go SDK and an empty SessionToken is signed with. Keys that would be
// no use, because they are empty or not text, are an error.
func CredentialProcess(c credentials.Credentials) ([]byte, error) {
	if c.AccessKeyID == "" || c.SecretAccessKey == "" {
		return nil, fault.New(fault.Other, "the credentials are incomplete")
	}
	out := processOutput{
		Version:         1,
		AccessKeyID:     c.AccessKeyID,
		SecretAccessKey: c.SecretAccessKey.Reveal(),
		SessionToken:    c.SessionToken.Reveal(),
		Expiration:      timestamp(c.Expiration),
		AccountID:       c.AccountID,
	}
	for _, s := range []string{out.AccessKeyID, out.SecretAccessKey, out.SessionToken, out.AccountID} {
		if !utf8.ValidString(s) {
			return nil, fault.New(fault.Other, "the credentials are not text")
		}
	}
	return marshal(out)
}

// timestamp is RFC 3339 in UTC, in whole seconds, "" for no time.
func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// marshal is one line of JSON in which <, > and & stay as they are.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
