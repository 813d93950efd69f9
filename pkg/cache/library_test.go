package cache

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/99designs/keyring"

	"github.com/xrole/xrole/internal/fault"
)

// fakeRing is a keyring that does what a test wants.
type fakeRing struct {
	keyring.Keyring
	get  func(string) (keyring.Item, error)
	held bool // what GetMetadata says
}

func (r fakeRing) Get(name string) (keyring.Item, error) { return r.get(name) }

func (r fakeRing) GetMetadata(string) (keyring.Metadata, error) {
	if r.held {
		return keyring.Metadata{}, nil
	}
	return keyring.Metadata{}, keyring.ErrKeyNotFound
}

func TestLibraryGet(t *testing.T) {
	wait := make(chan struct{})
	defer close(wait)
	get := func(data string, err error) func(string) (keyring.Item, error) {
		return func(string) (keyring.Item, error) { return keyring.Item{Data: []byte(data)}, err }
	}
	tests := []struct {
		name string
		ring fakeRing
		is   error
		kind fault.Kind
	}{
		{"there", fakeRing{get: get("x", nil), held: true}, nil, fault.Other},
		{"not there", fakeRing{get: get("", keyring.ErrKeyNotFound)}, ErrMissing, fault.Other},
		{"there and not readable", fakeRing{get: get("", keyring.ErrKeyNotFound), held: true}, ErrLocked, fault.Person},
		{"fails", fakeRing{get: get("", errors.New("out of order"))}, ErrUnavailable, fault.Keyring},
		{"panics", fakeRing{get: func(string) (keyring.Item, error) { panic(canarySecret) }}, ErrUnavailable, fault.Keyring},
		{"never answers", fakeRing{get: func(string) (keyring.Item, error) { <-wait; return keyring.Item{}, nil }}, ErrTimeout, fault.Keyring},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			patience := 30 * time.Second
			if tt.is == ErrTimeout {
				patience = 20 * time.Millisecond
			}
			l := newLibrary(nameKeychain, patience, keyring.Config{})
			l.open = &opened{blobs: described{ringBlobs{tt.ring}}}
			data, err := l.get(context.Background(), "item")
			if !errors.Is(err, tt.is) || fault.KindOf(err) != tt.kind || err == nil && string(data) != "x" {
				t.Errorf("got %q, %v (exit code %d)", data, err, fault.KindOf(err))
			}
			if s := fmt.Sprintf("%v %+v %#v", err, errors.Unwrap(err), err); strings.Contains(s, "CANARY") {
				t.Errorf("a secret in %s", s)
			}
			var e *fault.Error
			if errors.As(err, &e) && e.Hint == "" {
				t.Error("no hint")
			}
		})
	}
}

func TestLibraryStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	wait := make(chan struct{})
	defer close(wait)
	l := newLibrary(nameKeychain, time.Hour, keyring.Config{})
	l.open = &opened{blobs: ringBlobs{fakeRing{get: func(string) (keyring.Item, error) {
		cancel()
		<-wait
		return keyring.Item{}, nil
	}}}}
	for range 2 { // the second while the first still holds the keyring
		if _, err := l.get(ctx, "item"); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
}

func TestStore(t *testing.T) {
	k, e := sample("one")
	other, _ := sample("two")
	ring, _ := newTight()
	ring.limit = 1 << 20
	l := newLibrary("fake", time.Minute, keyring.Config{})
	l.open = &opened{blobs: ring, list: func() ([]string, error) {
		return []string{"", "login", k.Item(), k.Item() + "-0123456789abcdef-0"}, nil
	}}
	var debug []string
	s := &store{backend: l, debug: func(line string) { debug = append(debug, line) }}
	ctx := context.Background()
	if err := s.Put(ctx, k, e); err != nil {
		t.Fatal(err)
	}
	want := e
	want.Version, want.Key = entryVersion, k.Sum()
	if got, err := s.Get(ctx, k); err != nil || got != want {
		t.Errorf("got %v, %v", got, err)
	}
	if items, err := s.Items(ctx); err != nil || len(items) != 1 || items[0] != k.Item() {
		t.Errorf("items: %q, %v", items, err)
	}
	if len(debug) > 0 {
		t.Errorf("debug lines: %q", debug)
	}
	whole := ring.held[k.Item()]
	for name, data := range map[string]string{
		"of another key": func() string { b, _ := e.encode(other); return string(b) }(),
		"older":          strings.Replace(whole, `"v":1`, `"v":0`, 1),
		"torn":           whole[:100],
	} {
		debug = nil
		ring.held[k.Item()] = data
		if _, err := s.Get(ctx, k); !errors.Is(err, ErrMissing) {
			t.Errorf("%s: %v", name, err)
		}
		if len(debug) != 1 || strings.Contains(debug[0], "CANARY") {
			t.Errorf("%s: debug %q", name, debug)
		}
		if err := s.Put(ctx, k, e); err != nil {
			t.Errorf("%s is not replaced: %v", name, err)
		}
	}
	for range 2 {
		if err := s.Delete(ctx, k); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Get(ctx, k); err != ErrMissing {
		t.Errorf("deleted: %v", err)
	}
}

func TestOpen(t *testing.T) {
	for _, name := range Backends() {
		if _, err := Open(Options{Backend: name}); err != nil && (name != nameAuto || len(platformBackends) > 0) {
			var e *fault.Error
			if !errors.As(err, &e) || e.Hint == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	for _, name := range []string{"x", "pass", "Secret-Service", "kwallet", "secret-service,file"} {
		_, err := Open(Options{Backend: name})
		var e *fault.Error
		if !errors.As(err, &e) || e.Kind != fault.Usage || !strings.Contains(e.Hint, "file") {
			t.Errorf("%s: %v", name, err)
		}
	}
	s, err := Open(Options{Getenv: func(name string) string { return map[string]string{"XROLE_KEYRING": "none"}[name] }})
	if err != nil || s.Name() != "none" {
		t.Fatalf("XROLE_KEYRING=none: %v, %v", s, err)
	}
	ctx := context.Background()
	k, e := sample("x")
	if err := errors.Join(s.Put(ctx, k, e), s.Delete(ctx, k)); err != nil {
		t.Error(err)
	}
	if _, err := s.Get(ctx, k); !errors.Is(err, ErrMissing) {
		t.Errorf("none has something: %v", err)
	}
	if items, err := s.Items(ctx); err != nil || len(items) > 0 {
		t.Errorf("none lists %v, %v", items, err)
	}
}
