package session

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/cache"
	"github.com/xrole/xrole/pkg/credentials"
	"github.com/xrole/xrole/pkg/mfa"
	"github.com/xrole/xrole/pkg/profiles"
	"github.com/xrole/xrole/pkg/state"
)

func TestColdStartMakesTwoCallsWithMFAAndOneWithout(t *testing.T) {
	b := newBench(t)
	b.person.answers = []string{"123456"}
	got, calls := b.must(t, chain())
	if calls != 2 || b.sts.calls[0] != "GetSessionToken" || b.sts.calls[1] != "AssumeRole "+prodRole {
		t.Errorf("calls %q, want GetSessionToken and AssumeRole", b.sts.calls)
	}
	if got.AccountID != "111111111111" || got.Expiration.IsZero() {
		t.Errorf("got account %q, expiration %v", got.AccountID, got.Expiration)
	}
	if _, calls := b.must(t, chain()); calls != 0 {
		t.Errorf("a warm call made %d STS calls", calls)
	}
	if _, calls := newBench(t).must(t, chain(withoutMFA)); calls != 1 {
		t.Errorf("a cold start without MFA made %d STS calls, want 1", calls)
	}
}

func TestOneCodeServesEveryRoleBehindTheDevice(t *testing.T) {
	b := newBench(t)
	b.person.answers = []string{"123456"}
	for i := range 5 {
		role := fmt.Sprintf("arn:aws:iam::111111111111:role/R%d", i)
		b.must(t, chain(func(c *profiles.Chain) { c.Hops[0].RoleARN = role; c.Profile = role }))
	}
	if len(b.person.asked) != 1 || len(b.sts.calls) != 6 {
		t.Errorf("%d prompts and calls %q, want 1 and 6", len(b.person.asked), b.sts.calls)
	}
}

func TestMoreThanAnHourGoesDirectlyWithACode(t *testing.T) {
	for name, change := range map[string]func(*profiles.Chain){
		"12 hours":         lasting(12 * time.Hour),
		"no MFA session":   func(c *profiles.Chain) { c.MFASession = 0 },
		"an hour and some": lasting(3601 * time.Second),
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.person.answers = []string{"123456"}
			_, calls := b.must(t, chain(change))
			if in := b.sts.roles[0]; calls != 1 || *in.TokenCode != "123456" || *in.SerialNumber != aliceDevice {
				t.Errorf("calls %q, want one AssumeRole with the code", b.sts.calls)
			}
			if !b.sts.targets[0].Once {
				t.Error("a call that carries a code may be sent again")
			}
		})
	}
}

// The tiers of the contract, "Sessions".
func TestTiers(t *testing.T) {
	down := errors.New("endpoint down")
	for _, row := range []struct {
		name      string
		left      time.Duration
		mfaLeft   time.Duration // 0: no MFA session
		down      bool
		calls     int
		prompts   int
		served    string // "old", "new" or "" for an error
		unmanaged bool
	}{
		{name: "15 minutes are fresh", left: 15*time.Minute + time.Second, served: "old"},
		{name: "less is renewed silently", left: 14 * time.Minute, mfaLeft: time.Hour, calls: 1, served: "new"},
		{name: "less is served if renewal takes a person", left: 14 * time.Minute, served: "old"},
		{name: "less is served if STS is down", left: 2 * time.Minute, mfaLeft: time.Hour, down: true, calls: 1, served: "old"},
		{name: "below a minute a person is asked", left: 59 * time.Second, calls: 2, prompts: 1, served: "new"},
		{name: "below a minute nothing old is served", left: 59 * time.Second, mfaLeft: time.Hour, down: true, calls: 1},
		{name: "expired is never served", left: -time.Second, mfaLeft: time.Hour, down: true, calls: 1},
		{name: "a dead MFA session is replaced", left: -time.Second, mfaLeft: 30 * time.Second, calls: 2, prompts: 1, served: "new"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := newBench(t)
			b.person.answers = []string{"123456"}
			c := chain()
			p, err := b.plan(c)
			if err != nil {
				t.Fatal(err)
			}
			now := b.clock.now()
			put := func(k cache.Key, id string, left time.Duration) {
				b.store.entries[k.Sum()] = cache.Entry{Obtained: now.Add(-time.Second), Credentials: credentials.Credentials{
					AccessKeyID: id, SecretAccessKey: "s", SessionToken: "t", Expiration: now.Add(left)}}
			}
			put(p.roleKeys[0], "OLD", row.left)
			if row.mfaLeft > 0 {
				put(p.mfaKey, "MFA", row.mfaLeft)
			}
			if row.down {
				b.sts.answers = func(string, string) error { return down }
			}
			got, err := b.get(c)
			switch {
			case row.served == "" && err == nil:
				t.Errorf("served %s, want an error", got.AccessKeyID)
			case row.served != "" && err != nil:
				t.Errorf("error %v", err)
			case row.served != "" && (got.AccessKeyID == "OLD") != (row.served == "old"):
				t.Errorf("served %s, want the %s one", got.AccessKeyID, row.served)
			}
			if len(b.sts.calls) != row.calls || len(b.person.asked) != row.prompts {
				t.Errorf("calls %q and %d prompts, want %d and %d", b.sts.calls, len(b.person.asked), row.calls, row.prompts)
			}
		})
	}
}

func TestKeyringThatFailsIsNoReasonToAsk(t *testing.T) {
	b := newBench(t)
	b.person.answers = []string{"123456"}
	b.store.getErr = fault.New(fault.Person, "locked").Because(cache.ErrLocked)
	if _, err := b.get(chain()); !errors.Is(err, cache.ErrLocked) || fault.KindOf(err) != fault.Person {
		t.Errorf("got %v, want the keyring's own error", err)
	}
	if len(b.person.asked) != 0 || len(b.sts.calls) != 0 {
		t.Errorf("%d prompts, calls %q: a locked keyring is not a missing session", len(b.person.asked), b.sts.calls)
	}
}

func TestStoreOrNoteThatFailsOnlyWarns(t *testing.T) {
	for name, broken := range map[string]func(*bench){
		"store": func(b *bench) { b.store.putErr = errSomething },
		"notes": func(b *bench) { b.notes.err = errSomething },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			broken(b)
			b.must(t, chain(withoutMFA))
			if len(b.warnings) != 1 || !errors.Is(b.warnings[0], errSomething) {
				t.Errorf("warnings %v, want one with the reason", b.warnings)
			}
		})
	}
}

func TestManyAtOnceMakeOneCallAndOnePrompt(t *testing.T) {
	needLockTable(t)
	for name, c := range map[string]*profiles.Chain{
		"an hour":    chain(),
		"12 hours":   chain(lasting(12 * time.Hour)),
		"15 minutes": chain(lasting(15 * time.Minute)), // never fresh, and yet one call
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			const n = 50
			b.person.answers = []string{"123456"}
			// The one asked answers only when all the others wait for it.
			b.person.before = func() { waitForLockWaiters(t, n-1) }
			errs := together(n, func() error { _, err := b.get(c); return err })
			for _, err := range errs {
				if err != nil {
					t.Fatal(err)
				}
			}
			roles := 0
			for _, call := range b.sts.calls {
				if strings.HasPrefix(call, "AssumeRole") {
					roles++
				}
			}
			if roles != 1 || len(b.person.asked) != 1 {
				t.Errorf("%d AssumeRole calls and %d prompts, want one of each", roles, len(b.person.asked))
			}
		})
	}
}

func TestNobodyElseIsAskedAfterARefusal(t *testing.T) {
	needLockTable(t)
	for _, row := range []struct {
		name    string
		chains  []*profiles.Chain
		prepare func(*bench)
		kind    fault.Kind
		prompts int
	}{
		{name: "declined", chains: []*profiles.Chain{chain()}, kind: fault.Person, prompts: 1},
		{name: "declined for another role of the device", chains: []*profiles.Chain{chain(),
			chain(func(c *profiles.Chain) { c.Hops[0].RoleARN += "2" }), chain(func(c *profiles.Chain) { c.Hops[0].RoleARN += "3" })},
			kind: fault.Person, prompts: 1},
		{name: "three wrong codes", chains: []*profiles.Chain{chain()}, kind: fault.Refused, prompts: 3, prepare: func(b *bench) {
			b.person.answers = []string{"111111", "222222", "333333"}
			b.sts.answers = func(_, code string) error { return refusal("AccessDenied", badCode) }
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := newBench(t)
			if row.prepare != nil {
				row.prepare(b)
			}
			const n = 20
			b.person.before = func() { waitForLockWaiters(t, n-1) }
			var next int
			var mu sync.Mutex
			errs := together(n, func() error {
				mu.Lock()
				c := row.chains[next%len(row.chains)]
				next++
				mu.Unlock()
				_, err := b.get(c)
				return err
			})
			for _, err := range errs {
				if fault.KindOf(err) != row.kind {
					t.Fatalf("got %v of kind %d, want kind %d", err, fault.KindOf(err), row.kind)
				}
			}
			if len(b.person.asked) != row.prompts {
				t.Errorf("%d prompts, want %d", len(b.person.asked), row.prompts)
			}
			// Who comes later is asked again.
			b.person.before, b.sts.answers, b.person.answers = nil, nil, []string{"654321"}
			b.must(t, row.chains[0])
		})
	}
}

func TestMFASessionTooOldForARoleIsReplacedOnce(t *testing.T) {
	b := newBench(t)
	b.person.answers = []string{"111111"}
	b.must(t, chain())
	other := chain(func(c *profiles.Chain) { c.Hops[0].RoleARN += "Young" })
	sessions := 1
	b.sts.answers = func(call, _ string) error {
		if call == "GetSessionToken" {
			sessions++
		}
		if strings.HasSuffix(call, "Young") && sessions < 2 {
			return refusal("AccessDenied", notAuthorized)
		}
		return nil
	}
	b.clock.advance(2 * time.Hour)

	b.person.err = mfa.ErrNobody
	if _, err := b.get(other); fault.KindOf(err) != fault.Refused {
		t.Errorf("with nobody to ask: %v, want AWS's refusal", err)
	}
	b.person.answers = []string{"222222"}
	b.must(t, other)
	if got := b.sts.codes; len(got) != 2 || got[1] != "222222" {
		t.Errorf("codes %q, want one new one", got)
	}

	// A role that refuses for another reason does not cost a code each time.
	b.sts.answers = func(call, _ string) error {
		if strings.HasPrefix(call, "AssumeRole") {
			return refusal("AccessDenied", notAuthorized)
		}
		return nil
	}
	prompts := len(b.person.asked)
	if _, err := b.get(chain(func(c *profiles.Chain) { c.Hops[0].RoleARN += "Shut" })); fault.KindOf(err) != fault.Refused {
		t.Errorf("got %v, want a refusal", err)
	}
	if len(b.person.asked) != prompts {
		t.Error("a person was asked although the MFA session was new")
	}
}

func TestRolesAreAssumedInTurnAndKeptEach(t *testing.T) {
	b := newBench(t)
	c := chain(withoutMFA, func(c *profiles.Chain) {
		c.Hops = append(c.Hops, profiles.Hop{Profile: "deep", RoleARN: prodRole + "/2", Duration: time.Hour},
			profiles.Hop{Profile: "deeper", RoleARN: prodRole + "/3", Duration: time.Hour})
		c.Profile = "deeper"
	})
	b.must(t, c)
	want := []string{"AssumeRole " + prodRole, "AssumeRole " + prodRole + "/2", "AssumeRole " + prodRole + "/3"}
	if fmt.Sprint(b.sts.calls) != fmt.Sprint(want) {
		t.Errorf("calls %q, want %q", b.sts.calls, want)
	}
	if id := b.sts.targets[1].Credentials.AccessKeyID; id != "ASIA0000000000000001" {
		t.Errorf("the second role was assumed as %s", id)
	}
	if _, calls := b.must(t, chain(withoutMFA)); calls != 0 {
		t.Error("the first role of the chain was not kept for others")
	}
}

func TestForceAndLoginGetNewSessions(t *testing.T) {
	b := newBench(t)
	b.person.answers = []string{"111111"}
	first, _ := b.must(t, chain())
	b.clock.advance(time.Second)
	b.person.answers = []string{"222222"}
	forced, err := b.Credentials(context.Background(), chain(), Options{Renew: true})
	if err != nil || forced.AccessKeyID == first.AccessKeyID || len(b.person.asked) != 2 {
		t.Errorf("force: %v, %s after %s, %d prompts", err, forced.AccessKeyID, first.AccessKeyID, len(b.person.asked))
	}
	b.clock.advance(7*time.Hour + 30*time.Minute) // 30 minutes of the MFA session are left
	b.person.answers = []string{"333333"}
	if _, err := b.Credentials(context.Background(), chain(), Options{MFALeft: time.Hour}); err != nil || len(b.person.asked) != 3 {
		t.Errorf("login: %v, %d prompts, want a third", err, len(b.person.asked))
	}
}

func TestTemporarySourceIsNotAskedForACode(t *testing.T) {
	b := newBench(t)
	_, calls := b.must(t, chain(func(c *profiles.Chain) { c.Source.Static.SessionToken = "canary" }))
	if calls != 1 || len(b.person.asked) != 0 {
		t.Errorf("calls %q, %d prompts: AWS takes no code with session credentials", b.sts.calls, len(b.person.asked))
	}
}

func TestLongLivedKeysAreNotHandedOut(t *testing.T) {
	b := newBench(t)
	none := func(c *profiles.Chain) { c.Hops = nil }
	if _, err := b.get(chain(withoutMFA, none)); fault.KindOf(err) != fault.Config {
		t.Errorf("got %v, want a config error", err)
	}
	b.person.answers = []string{"123456"}
	got, calls := b.must(t, chain(none))
	if calls != 1 || !got.Temporary() {
		t.Errorf("calls %q: a source with a device gives its MFA session", b.sts.calls)
	}
}

func TestNotesHoldNoSecret(t *testing.T) {
	b := newBench(t)
	b.person.answers = []string{"123456"}
	b.must(t, chain())
	if text := fmt.Sprintf("%+v", b.notes.records); strings.Contains(text, "canary") || len(b.notes.records) != 2 {
		t.Errorf("notes %s, want two without secrets", text)
	}
	if r := b.notes.records[1]; r.Kind != state.Role || r.Profile != "prod" || r.Role != prodRole || r.Item == "" {
		t.Errorf("note %+v", r)
	}
}
