package cache

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/xrole/xrole/internal/fault"
)

// The names of the backends. Which of them a platform has is for its
// platform_….go to say.
const (
	nameSecretService = "secret-service"
	nameKeyctl        = "keyctl"
	nameKeychain      = "keychain"
	nameWincred       = "wincred"
	nameFile          = "file"
	nameNone          = "none"
	// nameAuto is an alias of "": choose.
	nameAuto = "auto"
)

// Options say which keyring, and give what a store can't do by itself.
type Options struct {
	// Backend is a name of [Backends]; "" is $XROLE_KEYRING, and if that is
	// empty too, the platform's own.
	Backend string
	// Getenv reads the environment; nil is an empty one.
	Getenv func(string) string
	// StateDir is where the file backend keeps its folder.
	StateDir string
	// Passphrase asks for the file backend's passphrase.
	Passphrase func(ctx context.Context) (string, error)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Debug is told why something was taken for missing and the like, without
	// secrets; nil drops it.
	Debug func(string)

	// limits are the usual ones unless a test says otherwise.
	limits limits
}

// limits are the times that a call may take.
type limits struct {
	// ask is when to find out why there is no answer yet.
	ask time.Duration
	// answer is how long a keyring may take that needs no person.
	answer time.Duration
	// person is how long a person has to unlock it: less than the 60 s that the
	// least patient caller with a prompt, the Go SDK, gives a credential process.
	person time.Duration
}

var usual = limits{ask: 300 * time.Millisecond, answer: 5 * time.Second, person: 45 * time.Second}

// Open returns the store that o names. It does no I/O: that begins with the
// store's first call. The errors are for a name that this platform or this
// build does not have.
func Open(o Options) (Store, error) {
	if o.Getenv == nil {
		o.Getenv = func(string) string { return "" }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Debug == nil {
		o.Debug = func(string) {}
	}
	if o.limits == (limits{}) {
		o.limits = usual
	}
	if o.Backend == "" {
		o.Backend = o.Getenv("XROLE_KEYRING")
	}
	if o.Backend == nameAuto {
		o.Backend = ""
	}
	b, err := open(o)
	if err != nil {
		return nil, err
	}
	return &store{backend: b, debug: o.Debug}, nil
}

func open(o Options) (backend, error) {
	switch {
	case o.Backend == nameNone:
		return none{}, nil
	case o.Backend == nameFile:
		return newFile(o), nil
	case o.Backend != "" && !slices.Contains(platformBackends, o.Backend):
		return nil, fault.New(fault.Usage, "no keyring is called %q here", o.Backend).
			WithHint("use one of %s", strings.Join(Backends(), ", "))
	}
	return openPlatform(o)
}

// Backends are the names that --keyring takes on this platform, the platform's
// own first and the alias of "choose" last.
func Backends() []string {
	return append(slices.Clone(platformBackends), nameFile, nameNone, nameAuto)
}
