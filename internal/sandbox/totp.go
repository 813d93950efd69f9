package sandbox

import (
	"crypto/hmac"
	"crypto/sha1" // RFC 6238 with SHA-1 is what AWS's virtual devices speak
	"encoding/binary"
	"fmt"
	"time"
)

const (
	totpStep   = 30 * time.Second
	totpDigits = 6
)

// hotp is RFC 4226's value for a counter, zero-padded.
func hotp(seed []byte, counter uint64, digits int) string {
	var msg [8]byte
	binary.BigEndian.PutUint64(msg[:], counter)
	mac := hmac.New(sha1.New, seed)
	mac.Write(msg[:])
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	value := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	mod := uint32(1)
	for range digits {
		mod *= 10
	}
	return fmt.Sprintf("%0*d", digits, value%mod)
}

// totpCounter is RFC 6238's counter at an instant.
func totpCounter(now time.Time) uint64 {
	return uint64(now.Unix()) / uint64(totpStep/time.Second)
}

// device is the server's side of an MFA device: it remembers the newest step
// whose code was accepted, because a code works once and no older one after it.
type device struct {
	serial string
	owner  *User
	seed   []byte
	last   uint64
}

// accept uses up code, if it is one that AWS would accept now: of this step,
// the one before or the one after, and newer than the last one accepted.
func (d *device) accept(code string, now time.Time) bool {
	t := totpCounter(now)
	for step := t - 1; step <= t+1; step++ {
		if step > d.last && hotp(d.seed, step, totpDigits) == code {
			d.last = step
			return true
		}
	}
	return false
}

// code returns a code that accept would accept, or how long there is none.
// It prefers this step's to the next one's and never offers the one before:
// what it hands out stays good for 30 seconds at least.
func (d *device) code(now time.Time) (string, time.Duration) {
	t := totpCounter(now)
	step := max(t, d.last+1)
	if step <= t+1 {
		return hotp(d.seed, step, totpDigits), 0
	}
	next := time.Unix(int64(step-1)*int64(totpStep/time.Second), 0)
	return "", next.Sub(now)
}

// NoCodeError says that every code that a device could show now was used.
type NoCodeError struct {
	Device string
	// Wait is how long it takes until there is a fresh code.
	Wait time.Duration
}

func (e *NoCodeError) Error() string {
	return fmt.Sprintf("all codes of MFA device %q are used, the next one comes in %s",
		e.Device, e.Wait.Round(time.Second))
}
