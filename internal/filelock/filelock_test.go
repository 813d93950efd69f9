package filelock

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestOneHolderAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "folder", "lock")
	first, err := Acquire(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan *Lock)
	go func() {
		second, err := Acquire(context.Background(), path)
		if err != nil {
			t.Error(err)
		}
		got <- second
	}()
	short, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := Acquire(short, path); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a lock that is held was given again, or the wait had no end: %v", err)
	}
	select {
	case <-got:
		t.Error("two hold the lock")
	default:
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	second := <-got
	if _, err := os.Stat(second.Path()); err != nil {
		t.Errorf("the file is gone: %v", err)
	}
	// The wait that was given up handed the lock back, or never got it.
	if err := second.Release(); err != nil {
		t.Fatal(err)
	}
	third, err := Acquire(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	_ = third.Release()
}

func TestFolderThatCanNotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Acquire(context.Background(), filepath.Join(file, "lock")); err == nil {
		t.Error("a lock in a folder that is a file")
	}
}
