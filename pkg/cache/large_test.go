package cache

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// tight is a keyring that refuses an item over the limit, as Credential
// Manager does, and that can be told to fail at the n-th change.
type tight struct {
	held   map[string]string
	limit  int
	failAt int // 0 for never
	before func(name string)
}

var errFull = errors.New("it fails here")

func (k *tight) get(name string) ([]byte, error) {
	if k.before != nil {
		k.before(name)
	}
	s, ok := k.held[name]
	if !ok {
		return nil, ErrMissing
	}
	return []byte(s), nil
}

func (k *tight) change() error {
	if k.failAt--; k.failAt == 0 {
		return errFull
	}
	return nil
}

func (k *tight) set(name string, data []byte) error {
	if len(data) > k.limit {
		return fmt.Errorf("%d bytes in %s", len(data), name)
	}
	if err := k.change(); err != nil {
		return err
	}
	k.held[name] = string(data)
	return nil
}

func (k *tight) remove(name string) error {
	if _, ok := k.held[name]; !ok {
		return ErrMissing
	}
	if err := k.change(); err != nil {
		return err
	}
	delete(k.held, name)
	return nil
}

const limit = 2560

func newTight() (*tight, large) {
	k := &tight{held: map[string]string{}, limit: limit}
	return k, large{k, limit}
}

func pattern(n int, c string) []byte {
	return []byte("{" + strings.Repeat(c+"0123456789", n/11+1)[:n-1])
}

func TestLargeRoundTrip(t *testing.T) {
	k, l := newTight()
	for _, n := range []int{2, limit - 1, limit, limit + 1, 2 * limit, 2*limit + 1, 10_000, 100, 5000, 5000} {
		want := pattern(n, "a")
		if err := l.set("item", want); err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		got, err := l.get("item")
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes: got %d, %v", n, len(got), err)
		}
		parts := 0
		if n > limit {
			parts = (n + limit - 1) / limit
		}
		if len(k.held) != 1+parts {
			t.Errorf("%d bytes: %d items held, want %d: %v", n, len(k.held), 1+parts, slices.Sorted(maps.Keys(k.held)))
		}
		for name := range k.held {
			if _, ours := KeyOfItem(name); ours && name != "item" {
				t.Errorf("the part %s would be listed", name)
			}
		}
	}
	if err := l.remove("item"); err != nil || len(k.held) != 0 {
		t.Errorf("after remove: %v, %d held", err, len(k.held))
	}
	if err := l.remove("item"); !errors.Is(err, ErrMissing) {
		t.Errorf("remove again: %v", err)
	}
	if _, err := l.get("item"); !errors.Is(err, ErrMissing) {
		t.Errorf("get: %v", err)
	}
}

// Wherever an update breaks off, a reader finds the old item or the new one.
func TestLargeIsNeverTorn(t *testing.T) {
	sizes := []int{100, 3000, 9000}
	for _, from := range sizes {
		for _, to := range sizes {
			for failAt := 1; ; failAt++ {
				k, l := newTight()
				before, after := pattern(from, "a"), pattern(to, "b")
				if err := l.set("item", before); err != nil {
					t.Fatal(err)
				}
				k.failAt = failAt
				err := l.set("item", after)
				finished := k.failAt > 0
				got, gerr := l.get("item")
				if gerr != nil || !bytes.Equal(got, before) && !bytes.Equal(got, after) {
					t.Fatalf("%d to %d, failing at change %d: %d bytes, %v", from, to, failAt, len(got), gerr)
				}
				if err == nil && !bytes.Equal(got, after) {
					t.Fatalf("%d to %d, failing at change %d: reported as done, and the old one is there", from, to, failAt)
				}
				if finished {
					break
				}
			}
		}
	}
}

func TestLargeDamaged(t *testing.T) {
	part := func(k *tight) string {
		for name := range k.held {
			if name != "item" {
				return name
			}
		}
		return ""
	}
	for name, damage := range map[string]func(k *tight){
		"a part is gone":       func(k *tight) { delete(k.held, part(k)) },
		"a part is altered":    func(k *tight) { k.held[part(k)] = "x" + k.held[part(k)][1:] },
		"a part is cut":        func(k *tight) { k.held[part(k)] = "" },
		"the head is torn":     func(k *tight) { k.held["item"] = k.held["item"][:len(headMark)+10] },
		"the head counts less": func(k *tight) { k.held["item"] = strings.Replace(k.held["item"], "4 ", "3 ", 1) },
		"the head counts none": func(k *tight) { k.held["item"] = strings.Replace(k.held["item"], "4 ", "0 ", 1) },
		"the head counts a lot": func(k *tight) {
			k.held["item"] = strings.Replace(k.held["item"], "4 ", "999999999 ", 1)
		},
	} {
		k, l := newTight()
		if err := l.set("item", pattern(9000, "a")); err != nil {
			t.Fatal(err)
		}
		damage(k)
		if _, err := l.get("item"); !errors.Is(err, ErrMissing) {
			t.Errorf("%s: %v", name, err)
		}
		if err := l.set("item", pattern(100, "b")); err != nil {
			t.Errorf("%s: it is not replaced: %v", name, err)
		}
	}
}

// A reader that has the old head when the item is replaced finds the new one.
func TestLargeReadDuringUpdate(t *testing.T) {
	k, l := newTight()
	if err := l.set("item", pattern(9000, "a")); err != nil {
		t.Fatal(err)
	}
	want := pattern(9000, "b")
	k.before = func(name string) {
		if name == "item" {
			return
		}
		k.before = nil
		if err := l.set("item", want); err != nil {
			t.Error(err)
		}
	}
	got, err := l.get("item")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}
