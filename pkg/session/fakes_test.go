package session

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"github.com/xrole/xrole/pkg/cache"
	"github.com/xrole/xrole/pkg/credentials"
	"github.com/xrole/xrole/pkg/mfa"
	"github.com/xrole/xrole/pkg/profiles"
	"github.com/xrole/xrole/pkg/state"
)

const (
	prodRole    = "arn:aws:iam::111111111111:role/Prod"
	aliceDevice = "arn:aws:iam::222222222222:mfa/alice"
)

// memory is a store in a map. fail, if set, is what every call returns.
type memory struct {
	mu      sync.Mutex
	entries map[string]cache.Entry
	getErr  error
	putErr  error
}

func (m *memory) Name() string { return "memory" }

func (m *memory) Get(_ context.Context, k cache.Key) (cache.Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.getErr != nil {
		return cache.Entry{}, m.getErr
	}
	e, ok := m.entries[k.Sum()]
	if !ok {
		return cache.Entry{}, cache.ErrMissing
	}
	return e, nil
}

func (m *memory) Put(_ context.Context, k cache.Key, e cache.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.putErr == nil {
		m.entries[k.Sum()] = e
	}
	return m.putErr
}

// fakeSTS hands out numbered credentials that live as long as was asked, and
// refuses what answers says.
type fakeSTS struct {
	mu      sync.Mutex
	now     func() time.Time
	calls   []string
	targets []Target
	roles   []*sts.AssumeRoleInput
	codes   []string
	// answers, if set, may refuse a call.
	answers func(call string, code string) error
}

func (f *fakeSTS) client(t Target) (STS, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.targets = append(f.targets, t)
	return &fakeClient{f, t}, nil
}

type fakeClient struct {
	*fakeSTS
	target Target
}

func (f *fakeSTS) answer(call, code string, seconds *int32) (*types.Credentials, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, call)
	if code != "" {
		f.codes = append(f.codes, code)
	}
	if f.answers != nil {
		if err := f.answers(call, code); err != nil {
			return nil, err
		}
	}
	n := len(f.calls)
	return &types.Credentials{
		AccessKeyId:     aws.String(fmt.Sprintf("ASIA%016d", n)),
		SecretAccessKey: aws.String(fmt.Sprintf("canary-secret-%d", n)),
		SessionToken:    aws.String(fmt.Sprintf("canary-token-%d", n)),
		Expiration:      aws.Time(f.now().Add(time.Duration(*seconds) * time.Second)),
	}, nil
}

func (c *fakeClient) AssumeRole(_ context.Context, in *sts.AssumeRoleInput, _ ...func(*sts.Options)) (*sts.AssumeRoleOutput, error) {
	c.mu.Lock()
	c.roles = append(c.roles, in)
	c.mu.Unlock()
	got, err := c.answer("AssumeRole "+*in.RoleArn, aws.ToString(in.TokenCode), in.DurationSeconds)
	return &sts.AssumeRoleOutput{Credentials: got}, err
}

func (c *fakeClient) GetSessionToken(_ context.Context, in *sts.GetSessionTokenInput, _ ...func(*sts.Options)) (*sts.GetSessionTokenOutput, error) {
	got, err := c.answer("GetSessionToken", aws.ToString(in.TokenCode), in.DurationSeconds)
	return &sts.GetSessionTokenOutput{Credentials: got}, err
}

// script is a person who answers prompts in turn, and then declines.
type script struct {
	mu      sync.Mutex
	answers []string
	asked   []mfa.Request
	before  func()
	machine bool // not interactive
	err     error
}

func (s *script) Interactive() bool { return !s.machine }

func (s *script) Code(_ context.Context, r mfa.Request) (string, error) {
	if s.before != nil {
		s.before()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, r)
	if len(s.answers) == 0 {
		if s.err != nil {
			return "", s.err
		}
		return "", mfa.ErrDeclined
	}
	a := s.answers[0]
	s.answers = s.answers[1:]
	return a, nil
}

// notes is a recorder in memory.
type notes struct {
	mu      sync.Mutex
	records []state.Record
	err     error
}

func (n *notes) Put(r state.Record) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.records = append(n.records, r)
	return n.err
}

// clock is a clock that a test moves.
type clock struct{ ns atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ns.Store(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) now() time.Time {
	// Every look is a nanosecond later, as on a real clock.
	return time.Unix(0, c.ns.Add(1)).UTC()
}

func (c *clock) advance(d time.Duration) { c.ns.Add(int64(d)) }

// bench is a flow with fakes around it.
type bench struct {
	*Flow
	store    *memory
	sts      *fakeSTS
	person   *script
	notes    *notes
	clock    *clock
	warnings []error
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{
		store:  &memory{entries: map[string]cache.Entry{}},
		person: &script{},
		notes:  &notes{},
		clock:  newClock(),
	}
	b.sts = &fakeSTS{now: b.clock.now}
	b.Flow = &Flow{
		Store:       b.store,
		Locks:       cache.Locks{Dir: filepath.Join(t.TempDir(), "locks")},
		Asker:       func(string) mfa.Asker { return b.person },
		State:       b.notes,
		Getenv:      func(string) string { return "" },
		Now:         b.clock.now,
		SessionName: func() string { return "alice@laptop" },
		NewSTS:      b.sts.client,
		Warn:        func(err error) { b.warnings = append(b.warnings, err) },
		Debug:       t.Logf,
	}
	return b
}

// chain is alice's way to one role; change adapts it.
func chain(change ...func(*profiles.Chain)) *profiles.Chain {
	c := &profiles.Chain{
		Profile: "prod",
		Managed: true,
		Source: profiles.Source{
			Kind: profiles.SourceStatic, Profile: "dev", MFASerial: aliceDevice,
			Static: credentials.Credentials{AccessKeyID: "AKIAALICE", SecretAccessKey: "canary-alice"},
		},
		Hops:       []profiles.Hop{{Profile: "prod", RoleARN: prodRole, MFASerial: aliceDevice, Duration: time.Hour}},
		MFASession: 8 * time.Hour,
	}
	for _, f := range change {
		f(c)
	}
	return c
}

func withoutMFA(c *profiles.Chain) {
	c.Source.MFASerial = ""
	for i := range c.Hops {
		c.Hops[i].MFASerial = ""
	}
}

func lasting(d time.Duration) func(*profiles.Chain) {
	return func(c *profiles.Chain) { c.Hops[0].Duration = d }
}

func (b *bench) get(c *profiles.Chain) (credentials.Credentials, error) {
	return b.Credentials(context.Background(), c, Options{})
}

// must gets credentials and the number of STS calls that it took.
func (b *bench) must(t *testing.T, c *profiles.Chain) (credentials.Credentials, int) {
	t.Helper()
	before := len(b.sts.calls)
	got, err := b.get(c)
	if err != nil {
		t.Fatalf("credentials: %v", err)
	}
	return got, len(b.sts.calls) - before
}

// refusal is an error as AWS sends it.
func refusal(code, msg string) error {
	return &smithy.GenericAPIError{Code: code, Message: msg}
}

var errSomething = errors.New("something")
