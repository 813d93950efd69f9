package cache

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xrole/xrole/internal/fault"
)

func TestFile(t *testing.T) {
	dir := t.TempDir()
	ctx := context.Background()
	k, e := sample("one")
	k2, _ := sample("two")
	asked := 0
	open := func(passphrase string) Store {
		t.Helper()
		s, err := Open(Options{Backend: nameFile, StateDir: dir, Passphrase: func(context.Context) (string, error) {
			asked++
			return passphrase, nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open("right")
	if _, err := s.Get(ctx, k); err != ErrMissing || asked != 0 {
		t.Fatalf("at first: %v, asked %d times", err, asked)
	}
	for range 2 {
		if err := s.Put(ctx, k, e); err != nil {
			t.Fatal(err)
		}
	}
	want := e
	want.Version, want.Key = entryVersion, k.Sum()
	if got, err := s.Get(ctx, k); err != nil || got != want || asked != 1 {
		t.Fatalf("got %v, %v, asked %d times", got, err, asked)
	}
	if got, err := open("right").Get(ctx, k); err != nil || got != want {
		t.Fatalf("another process: %v, %v", got, err)
	}

	wrong := open("wrong")
	asked = 0
	_, err := wrong.Get(ctx, k)
	for what, err := range map[string]error{"get": err, "put": wrong.Put(ctx, k2, e)} {
		if !errors.Is(err, ErrLocked) || fault.KindOf(err) != fault.Person {
			t.Errorf("%s with the wrong passphrase: %v", what, err)
		}
	}
	if asked != 2 {
		t.Errorf("a wrong passphrase is kept: asked %d times", asked)
	}

	items, err := s.Items(ctx)
	if err != nil || len(items) != 1 || items[0] != k.Item() {
		t.Errorf("items: %v, %v", items, err)
	}
	files, err := os.ReadDir(filepath.Join(dir, "keyring"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files: %v, %v", files, err)
	}
	path := filepath.Join(dir, "keyring", files[0].Name())
	data, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(data), "CANARY") || strings.Contains(string(data), "ASIA") {
		t.Errorf("in plain: %s, %v", data, err)
	}
	for name, damaged := range map[string]string{"torn": string(data[:len(data)/2]), "empty": "", "torn late": string(data[:strings.LastIndex(string(data), ".")+1])} {
		if err := os.WriteFile(path, []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(ctx, k); !errors.Is(err, ErrMissing) {
			t.Errorf("%s: %v", name, err)
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

func TestFileWithoutPassphrase(t *testing.T) {
	ctx := context.Background()
	k, e := sample("one")
	declined := fault.New(fault.Person, "declined")
	for name, ask := range map[string]func(context.Context) (string, error){
		"nobody to ask": nil,
		"empty":         func(context.Context) (string, error) { return "", nil },
		"fails":         func(context.Context) (string, error) { return "", errors.New("no terminal") },
		"declines":      func(context.Context) (string, error) { return "", declined },
	} {
		s, err := Open(Options{Backend: nameFile, StateDir: t.TempDir(), Passphrase: ask})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Put(ctx, k, e); fault.KindOf(err) != fault.Person {
			t.Errorf("%s: %v", name, err)
		}
	}
}
