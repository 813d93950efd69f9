//go:build unix

package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/mfa"
	"github.com/xrole/xrole/pkg/profiles"
)

// What a person did at the device concerns all who wait for it; what AWS said
// of one role concerns those who wait for that role alone.
func TestRefusalOfARoleIsNotSharedWithOthersBehindTheDevice(t *testing.T) {
	needLockTable(t)
	b := newBench(t)
	direct := func(role string) *profiles.Chain {
		return chain(func(c *profiles.Chain) { c.MFASession = 0; c.Hops[0].RoleARN = role })
	}
	b.sts.answers = func(call, _ string) error {
		if strings.HasSuffix(call, "Bad") {
			return refusal("AccessDenied", notAuthorized)
		}
		return nil
	}
	b.person.answers = []string{"111111", "222222"}
	var prompts atomic.Int32
	b.person.before = func() {
		if prompts.Add(1) == 1 {
			waitForLockWaiters(t, 1)
		}
	}
	bad := make(chan error, 1)
	go func() { _, err := b.get(direct(prodRole + "Bad")); bad <- err }()
	waitFor(t, func() bool { return prompts.Load() > 0 })
	_, err := b.get(direct(prodRole + "Good"))
	if err != nil {
		t.Errorf("the good role: %v", err)
	}
	if err := <-bad; fault.KindOf(err) != fault.Refused {
		t.Errorf("the bad role: %v", err)
	}
}

func TestThreeMalformedCodesEndAllWhoWait(t *testing.T) {
	needLockTable(t)
	b := newBench(t)
	b.person.answers = []string{"abc", "12", ""}
	b.person.before = func() { waitForLockWaiters(t, 9) }
	for _, err := range together(10, func() error { _, err := b.get(chain()); return err }) {
		if fault.KindOf(err) != fault.Usage {
			t.Errorf("got %v", err)
		}
	}
	if len(b.person.asked) != 3 {
		t.Errorf("%d prompts, want three", len(b.person.asked))
	}
}

// AWS sends back the request as it saw it where a signature does not match.
func TestWhatAWSEchoesIsRedacted(t *testing.T) {
	for _, code := range []string{"SignatureDoesNotMatch", "IncompleteSignature", "AccessDenied"} {
		b := newBench(t)
		b.person.answers = []string{"123456"}
		b.sts.answers = func(call, _ string) error {
			if call == "GetSessionToken" {
				return nil
			}
			return refusal(code, "no match canary-token-1 canary-secret-1\nx-amz-security-token:canary-token-1\n123456")
		}
		var debug strings.Builder
		b.Debug = func(format string, args ...any) { _, _ = fmt.Fprintf(&debug, format+"\n", args...) }
		_, err := b.get(chain())
		var e *fault.Error
		if !errors.As(err, &e) {
			t.Fatalf("got %v", err)
		}
		all := e.Msg + e.Hint + fmt.Sprint(e.Err) + debug.String()
		if strings.Contains(all, "canary") {
			t.Errorf("%s: a secret in %s", code, all)
		}
	}
}

func TestServableSessionIsNotKeptWaiting(t *testing.T) {
	b := newBench(t)
	c := chain(withoutMFA)
	b.must(t, c)
	b.clock.advance(50 * time.Minute)
	p, err := b.plan(c)
	if err != nil {
		t.Fatal(err)
	}
	other, err := b.Locks.Acquire(context.Background(), "role-"+p.roleKeys[0].Item())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Release() }()
	began := time.Now()
	got, calls := b.must(t, c)
	if calls != 0 || got.AccessKeyID == "" || time.Since(began) > renewTime {
		t.Errorf("%d calls, %q after %v: the session that is there is to be served", calls, got.AccessKeyID, time.Since(began))
	}
}

func TestCodeCountsAsUsedUnlessAWSCanNotHaveSeenIt(t *testing.T) {
	for name, row := range map[string]struct {
		err  error
		sent int // how often the code went out in two requests
	}{
		"the answer is lost": {context.DeadlineExceeded, 1},
		"AWS had a fault":    {refusal("InternalFailure", ""), 1},
		"AWS did not look":   {refusal("ValidationError", ""), 2},
		"wrong device":       {refusal("AccessDenied", badDevice), 2},
		"no connection":      {&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.person.machine = true
			b.sts.answers = func(string, string) error { return row.err }
			for range 2 {
				b.person.answers = []string{"123456"}
				if _, err := b.get(chain()); err == nil {
					t.Fatal("no error")
				}
			}
			if len(b.sts.codes) != row.sent {
				t.Errorf("the code was sent %d times, want %d", len(b.sts.codes), row.sent)
			}
		})
	}
}

func TestSessionThatAWSNoLongerTakesIsReplaced(t *testing.T) {
	for name, c := range map[string]*profiles.Chain{
		"MFA session": chain(),
		"role before": chain(withoutMFA, func(c *profiles.Chain) {
			c.Hops = append(c.Hops, profiles.Hop{Profile: "deep", RoleARN: prodRole + "/2", Duration: time.Hour})
		}),
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.person.answers = []string{"111111", "222222"}
			b.must(t, c)
			// The last role's session is gone, the one before it is over at AWS.
			p, err := b.plan(c)
			if err != nil {
				t.Fatal(err)
			}
			delete(b.store.entries, p.roleKeys[len(p.roleKeys)-1].Sum())
			b.clock.advance(time.Second)
			refused := false
			b.sts.answers = func(string, string) error {
				if refused {
					return nil
				}
				refused = true
				return refusal("ExpiredToken", "The security token included in the request is expired")
			}
			b.must(t, c)
		})
	}
}

func TestRoleThatDeniesForGoodDoesNotCostACodeEachTime(t *testing.T) {
	b := newBench(t)
	b.person.answers = []string{"111111", "222222", "333333"}
	b.sts.answers = func(call, _ string) error {
		if strings.HasPrefix(call, "AssumeRole") {
			return refusal("AccessDenied", notAuthorized)
		}
		return nil
	}
	for range 3 {
		if _, err := b.get(chain()); fault.KindOf(err) != fault.Refused {
			t.Fatalf("got %v", err)
		}
		b.clock.advance(10 * time.Minute)
	}
	if len(b.person.asked) != 1 {
		t.Errorf("%d prompts for a role that is shut, want one", len(b.person.asked))
	}
}

func TestDeclinedSecondCodeTellsWhyItWasAsked(t *testing.T) {
	b := newBench(t)
	b.person.answers = []string{"111111"}
	b.must(t, chain())
	b.clock.advance(2 * time.Hour)
	b.sts.answers = func(string, string) error { return refusal("AccessDenied", notAuthorized) }
	_, err := b.get(chain(func(c *profiles.Chain) { c.Hops[0].RoleARN += "Young" }))
	if !errors.Is(err, mfa.ErrDeclined) || !strings.Contains(err.Error(), "access denied") {
		t.Errorf("got %v", err)
	}
}

// The session was paid for with a code: it serves this request even if nothing
// can be kept.
func TestLoginWithoutAStoreAsksOnce(t *testing.T) {
	b := newBench(t)
	b.store.putErr = errSomething
	b.person.answers = []string{"111111", "222222"}
	if _, err := b.Credentials(context.Background(), chain(), Options{MFALeft: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if len(b.person.asked) != 1 || len(b.sts.calls) != 2 {
		t.Errorf("%d prompts, calls %q, want one and two", len(b.person.asked), b.sts.calls)
	}
}

func TestLoginIsGoodForHalfOfWhatThereCanBe(t *testing.T) {
	for name, row := range map[string]struct {
		chain *profiles.Chain
		after time.Duration
		asked bool
	}{
		"direct, much left":       {chain(lasting(12 * time.Hour)), 10 * time.Hour, false},
		"direct, little left":     {chain(lasting(12 * time.Hour)), 11*time.Hour + time.Minute, true},
		"direct, short":           {chain(lasting(2 * time.Hour)), 30 * time.Minute, false},
		"short MFA session":       {chain(func(c *profiles.Chain) { c.MFASession = 30 * time.Minute }), 10 * time.Minute, false},
		"short MFA session, less": {chain(func(c *profiles.Chain) { c.MFASession = 30 * time.Minute }), 16 * time.Minute, true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.person.answers = []string{"111111", "222222"}
			b.must(t, row.chain)
			b.clock.advance(row.after)
			if _, err := b.Credentials(context.Background(), row.chain, Options{MFALeft: time.Hour}); err != nil {
				t.Fatal(err)
			}
			if asked := len(b.person.asked) == 2; asked != row.asked {
				t.Errorf("asked %v, want %v", asked, row.asked)
			}
		})
	}
}

func TestPolicyFilesThatCanNotBeOne(t *testing.T) {
	dir := t.TempDir()
	long, fifo := filepath.Join(dir, "long"), filepath.Join(dir, "fifo")
	if err := os.WriteFile(long, []byte(strings.Repeat(" ", 1<<20)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		long: "longer than 2048", fifo: "not a regular file", dir: "not a regular file", filepath.Join(dir, "none"): "no such file",
	} {
		_, err := newBench(t).get(chain(func(c *profiles.Chain) { c.Hops[0].PolicyFile = path }))
		if fault.KindOf(err) != fault.Config || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}
