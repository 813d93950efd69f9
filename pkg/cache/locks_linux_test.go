package cache

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// waiting waits until n waiters are queued at the lock, as the kernel lists them.
func waiting(t *testing.T, l Locks, name string, n int) {
	t.Helper()
	info, err := os.Stat(filepath.Join(l.Dir, fileName(name)+".lock"))
	if err != nil {
		t.Fatal(err)
	}
	inode := fmt.Sprintf(":%d ", info.Sys().(*syscall.Stat_t).Ino)
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		list, err := os.ReadFile("/proc/locks")
		if err != nil {
			t.Fatal(err)
		}
		queued := 0
		for line := range strings.Lines(string(list)) {
			if strings.Contains(line, "->") && strings.Contains(line, inode) {
				queued++
			}
		}
		if queued == n {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d waiters queued", queued, n)
		}
	}
}

func TestFailureIsSharedWithThoseWhoWait(t *testing.T) {
	const waiters = 50
	l := Locks{t.TempDir()}
	holder := acquire(t, l, "x")
	var wg sync.WaitGroup
	told := make(chan *Failure, waiters)
	for range waiters {
		wg.Go(func() {
			k := acquire(t, l, "x")
			told <- k.Shared()
			release(t, k)
		})
	}
	waiting(t, l, "x", waiters)
	if err := holder.MarkUsed("d", time.Now()); err != nil { // is not mistaken for a failure
		t.Fatal(err)
	}
	want := Failure{Code: 4, Msg: "declined", Hint: "again"}
	if err := holder.Share(want); err != nil {
		t.Fatal(err)
	}
	// One more begins to wait after that, while the others still queue.
	late := make(chan *Failure, 1)
	go func() {
		k := acquire(t, l, "x")
		late <- k.Shared()
		release(t, k)
	}()
	waiting(t, l, "x", waiters+1)
	release(t, holder)
	wg.Wait()
	close(told)
	for f := range told {
		if f == nil || *f != want {
			t.Errorf("a waiter was told %v", f)
		}
	}
	if f := <-late; f != nil {
		t.Errorf("who came later was told %v", f)
	}
}

// A success tells those who wait of no failure, not even of an earlier one.
func TestNothingIsSharedByDefault(t *testing.T) {
	l := Locks{t.TempDir()}
	first := acquire(t, l, "x")
	if err := first.Share(Failure{Code: 4, Msg: "earlier"}); err != nil {
		t.Fatal(err)
	}
	release(t, first)
	holder := acquire(t, l, "x")
	told := make(chan *Failure, 1)
	go func() {
		k := acquire(t, l, "x")
		told <- k.Shared()
		release(t, k)
	}()
	waiting(t, l, "x", 1)
	if err := holder.MarkUsed("d", time.Now()); err != nil {
		t.Fatal(err)
	}
	release(t, holder)
	if f := <-told; f != nil {
		t.Errorf("told %v", f)
	}
}

func TestKilledHolderFreesTheLock(t *testing.T) {
	l := Locks{t.TempDir()}
	cmd := helper(t, "hold", nil, "hold:"+l.Dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("%q %v %s", line, err, stderr.String())
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	got := make(chan error, 1)
	go func() {
		k, err := l.Acquire(ctx, "x")
		if err == nil && k.Shared() != nil {
			err = fmt.Errorf("told %v by the dead", k.Shared())
		}
		got <- err
	}()
	waiting(t, l, "x", 1)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil {
		t.Error(err)
	}
	_ = cmd.Wait()
}
