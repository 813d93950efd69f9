package sandbox

import (
	"errors"
	"testing"
	"time"
)

// The vectors of RFC 6238, appendix B, for SHA-1.
func TestHOTPAgainstRFC6238(t *testing.T) {
	seed := []byte("12345678901234567890")
	for unix, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471",
		1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := hotp(seed, totpCounter(time.Unix(unix, 0)), 8); got != want {
			t.Errorf("at %d: %s, want %s", unix, got, want)
		}
	}
}

func TestDeviceAcceptsEachCodeOnceAndNoOlderOne(t *testing.T) {
	seed := []byte("12345678901234567890")
	now := time.Unix(1_800_000_010, 0)
	step := totpCounter(now)
	type try struct {
		step uint64
		want bool
	}
	for name, tries := range map[string][]try{
		"once":               {{step, true}, {step, false}},
		"in order":           {{step - 1, true}, {step, true}, {step + 1, true}, {step + 1, false}},
		"no older after new": {{step + 1, true}, {step, false}, {step - 1, false}},
		"outside the window": {{step - 2, false}, {step + 2, false}, {step, true}},
	} {
		t.Run(name, func(t *testing.T) {
			d := &device{seed: seed}
			for _, try := range tries {
				if got := d.accept(hotp(seed, try.step, totpDigits), now); got != try.want {
					t.Errorf("step %+d: accepted %v, want %v", int64(try.step-step), got, try.want)
				}
			}
		})
	}
}

func TestCodeIsFreshUntilNoneIsLeft(t *testing.T) {
	now := time.Unix(1_800_000_010, 0) // ten seconds into a step
	s := start(t, Options{Now: clock(now)})
	var last string
	for range 2 {
		c, err := s.Code(aliceMFA)
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := s.Code("alice"); again != c {
			t.Errorf("an unused code changed from %s to %s", c, again)
		}
		if c == last {
			t.Errorf("code %s was handed out after it had been used", c)
		}
		last = c
		if !s.devices[0].accept(c, now) {
			t.Fatalf("code %s was not accepted", c)
		}
	}
	_, err := s.Code("alice")
	var none *NoCodeError
	if !errors.As(err, &none) || none.Wait != 20*time.Second {
		t.Fatalf("got %v, want a wait of 20s", err)
	}
	s.Advance(none.Wait - time.Second)
	if _, err := s.Code("alice"); err == nil {
		t.Error("a code came before the time was over")
	}
	s.Advance(time.Second)
	if _, err := s.Code("alice"); err != nil {
		t.Errorf("no code after the wait: %v", err)
	}
	if _, err := s.Code("mallory"); err == nil {
		t.Error("a device that does not exist has a code")
	}
}
