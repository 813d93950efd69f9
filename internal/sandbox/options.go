package sandbox

import (
	"encoding/json"
	"time"
)

// Options says what to play and by which clock. The zero value is the default
// world, now.
type Options struct {
	// World is what is played; nil for DefaultWorld().
	World *World
	// Now is the clock; nil for time.Now.
	Now func() time.Time
	// Offset is how far the server's clock is ahead of Now: an hour, and every
	// client's clock is an hour late.
	Offset time.Duration
	// MaxLife caps how long a session lives, whatever was asked, and the
	// Expiration that is answered says so; 0 for as asked.
	MaxLife time.Duration
	// Canary stands at the beginning of every secret access key and session
	// token that the server makes up, so that a search can find a leak.
	Canary string
	// Log, if there is one, is told of every AWS call, one at a time.
	Log func(Event)
}

// Event is one AWS call that reached the server. It holds no secrets.
type Event struct {
	// Time is the server's clock, in UTC.
	Time time.Time `json:"time"`
	// Service is "sts" or "s3", Action the API operation ("AssumeRole").
	Service string `json:"service"`
	Action  string `json:"action"`
	// Target is what was called for: the role's ARN, the bucket and key.
	Target string `json:"target,omitempty"`
	// AccessKeyID is what the request says it is signed with; empty if unsigned.
	AccessKeyID string `json:"accessKeyId,omitempty"`
	// Status is the HTTP status, Code AWS's error code, empty on success.
	Status int    `json:"status"`
	Code   string `json:"code,omitempty"`
}

// JSON is the event on one line, without a line end.
func (e Event) JSON() ([]byte, error) { return json.Marshal(e) }
