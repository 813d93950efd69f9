package cache

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xrole/xrole/internal/busguard"
	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/internal/keyringtest"
	"github.com/xrole/xrole/pkg/credentials"
)

// The keyring library dials the bus before main, so each test of a real
// keyring is a child: this binary, which with envHelper set is a program that
// makes the calls it is told to and prints what came of them.
const (
	envHelper     = "XROLE_CACHE_HELPER"
	envStateDir   = "XROLE_CACHE_STATE"
	envPassphrase = "XROLE_CACHE_PASSPHRASE"
	envLimits     = "XROLE_CACHE_LIMITS" // ask,answer,person
)

func TestMain(m *testing.M) {
	if os.Getenv(envHelper) != "" {
		os.Exit(help(os.Args[2:]))
	}
	if code, ran := keyringtest.Isolate(); ran {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// outcome is what came of one call of a child's.
type outcome struct {
	Call  string
	OK    bool // no error, and for get: the very entry that put stores
	Code  int  // exit code
	Is    string
	Msg   string
	Hint  string
	Items []string
	Name  string
	Guard string
	Env   string // DBUS_SESSION_BUS_ADDRESS as main finds it
	Took  time.Duration
	Debug []string
}

var sentinels = map[string]error{"missing": ErrMissing, "locked": ErrLocked, "timeout": ErrTimeout, "unavailable": ErrUnavailable}

// canaries stand where a secret would; no output may hold one.
const (
	canarySecret = "CANARY-secret-access-key"
	canaryToken  = "CANARY-session-token"
)

// sample is what a child stores under a name.
func sample(name string) (Key, Entry) {
	return NewKey("test", Field{"name", name}), Entry{
		Profile: "prod", Role: "arn:aws:iam::111111111111:role/" + name,
		Credentials: credentials.Credentials{
			AccessKeyID: "ASIAEXAMPLE" + name, SecretAccessKey: canarySecret, SessionToken: credentials.Secret(canaryToken + strings.Repeat("x", 1500)),
			Expiration: time.Date(2100, 1, 2, 3, 4, 5, 0, time.UTC), AccountID: "111111111111",
		},
		Obtained: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC),
	}
}

// help is the child: each argument "get:x", "put:x", "delete:x", "items" is a
// call, and each call a line of JSON.
func help(calls []string) int {
	if dir, ok := strings.CutPrefix(calls[0], "hold:"); ok {
		return hold(Locks{dir})
	}
	var debug []string
	o := Options{
		Getenv:   os.Getenv,
		StateDir: os.Getenv(envStateDir),
		Debug:    func(s string) { debug = append(debug, s) },
		Passphrase: func(context.Context) (string, error) {
			return os.Getenv(envPassphrase), nil
		},
	}
	if l := os.Getenv(envLimits); l != "" {
		var ms [3]int
		if _, err := fmt.Sscanf(l, "%d,%d,%d", &ms[0], &ms[1], &ms[2]); err != nil {
			panic(err)
		}
		o.limits = limits{time.Duration(ms[0]) * time.Millisecond, time.Duration(ms[1]) * time.Millisecond, time.Duration(ms[2]) * time.Millisecond}
	}
	store, err := Open(o)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	for _, call := range calls {
		verb, name, _ := strings.Cut(call, ":")
		k, want := sample(name)
		out := outcome{Call: call, Guard: busguard.State().String(), Env: os.Getenv("DBUS_SESSION_BUS_ADDRESS")}
		began := time.Now()
		switch verb {
		case "get":
			var e Entry
			e, err = store.Get(context.Background(), k)
			want.Version, want.Key = entryVersion, k.Sum()
			out.OK = err == nil && e == want
		case "put":
			err = store.Put(context.Background(), k, want)
			out.OK = err == nil
		case "delete":
			err = store.Delete(context.Background(), k)
			out.OK = err == nil
		case "items":
			out.Items, err = store.Items(context.Background())
			slices.Sort(out.Items)
			out.OK = err == nil
		case "state":
			err = nil
		}
		out.Took = time.Since(began)
		if err != nil {
			out.Code, out.Msg = int(fault.KindOf(err)), err.Error()
			for name, s := range sentinels {
				if errors.Is(err, s) {
					out.Is += name
				}
			}
			var e *fault.Error
			if errors.As(err, &e) {
				out.Hint = e.Hint
				debug = append(debug, fmt.Sprintf("caused by %+v", e.Err))
			}
		}
		out.Name, out.Debug = store.Name(), debug
		if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
			return 1
		}
	}
	return 0
}

// hold takes a lock, says so and keeps it until it is killed.
func hold(l Locks) int {
	k, err := l.Acquire(context.Background(), "x")
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("held")
	defer func() { _ = k.Release() }()
	select {}
}

// child runs the calls in a new process, in the environment given, and returns
// what came of each. command is what the guard takes it for.
func child(t *testing.T, command string, env []string, calls ...string) []outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := helper(t, command, env, calls...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if all := stdout.String() + stderr.String(); strings.Contains(all, "CANARY") {
		t.Fatalf("a secret came out: %s", all)
	}
	if err != nil {
		t.Fatalf("%v\n%s%s", err, stdout.String(), stderr.String())
	}
	var outs []outcome
	for d := json.NewDecoder(&stdout); ; {
		var o outcome
		if err := d.Decode(&o); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		outs = append(outs, o)
	}
	if len(outs) != len(calls) {
		t.Fatalf("%d outcomes of %d calls\n%s", len(outs), len(calls), stderr.String())
	}
	return outs
}

func helper(t *testing.T, command string, env []string, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// A bus that hangs an init must fail the test, not the whole run.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, exe, append([]string{command}, args...)...)
	cmd.Args[0] = "xrole" // else the guard would not look at the command
	cmd.Env = append(os.Environ(), "XROLE_KEYRING=", envCollectionUnset, envHelper+"=1", envStateDir+"="+t.TempDir(),
		"GORACE=atexit_sleep_ms=0") // under -race a child would sleep a second before it exits
	cmd.Env = append(cmd.Env, env...)
	return cmd
}

const envCollectionUnset = "XROLE_SECRET_SERVICE_COLLECTION="

// succeed fails the test unless all calls did.
func succeed(t *testing.T, outs []outcome) {
	t.Helper()
	for _, o := range outs {
		if !o.OK {
			t.Errorf("%s: %s", o.Call, o)
		}
	}
}

func (o outcome) String() string {
	b, err := json.Marshal(struct{ outcome }{o})
	if err != nil {
		return err.Error()
	}
	return string(b)
}
