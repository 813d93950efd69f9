package cache

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/internal/keyringtest"
	"github.com/xrole/xrole/internal/suite"
)

func TestKeyctl(t *testing.T) {
	env := append(keyringtest.Keyctl(t), "XROLE_KEYRING=keyctl")
	outs := child(t, "credentials", env, "put:one", "put:two", "get:one", "put:one", "get:one")
	succeed(t, outs)
	if outs[0].Guard != "not asked" || outs[0].Name != "keyctl" {
		t.Errorf("%s", outs[0])
	}
	// Another process finds them, and forgets one of them.
	outs = child(t, "credentials", env, "get:one", "get:two", "items", "delete:one", "delete:one", "get:two")
	succeed(t, outs)
	for _, name := range []string{"one", "two"} {
		if k, _ := sample(name); !slices.Contains(outs[2].Items, k.Item()) {
			t.Errorf("items: %v", outs[2].Items)
		}
	}
	if outs = child(t, "credentials", env, "get:one"); outs[0].Is != "missing" {
		t.Errorf("deleted: %s", outs[0])
	}
}

// A session keyring of its own is what a process gets from PAM at every login,
// and from cron.
func TestKeyctlFromAnotherSession(t *testing.T) {
	suite.Need(t, "keyctl")
	env := append(keyringtest.Keyctl(t), "XROLE_KEYRING=keyctl")
	inSession := func(calls ...string) {
		t.Helper()
		cmd := helper(t, "credentials", env, calls...)
		path, err := exec.LookPath("keyctl")
		if err != nil {
			t.Fatal(err)
		}
		cmd.Path, cmd.Args = path, append([]string{"keyctl", "session", "-", cmd.Path}, cmd.Args[1:]...)
		out, err := cmd.Output()
		if err != nil || strings.Count(string(out), `"OK":true`) != len(calls) {
			t.Errorf("%v: %s", err, out)
		}
	}
	inSession("put:one")
	inSession("get:one", "put:one", "items")
	succeed(t, child(t, "credentials", env, "get:one"))
}

func newTestKeyctl(t *testing.T, now time.Time) *keyctl {
	t.Helper()
	keyringtest.Keyctl(t)
	return newKeyctl(Options{Now: func() time.Time { return now }, Debug: func(s string) { t.Log(s) }, limits: usual})
}

func TestKeyctlItemsExpire(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	k := newTestKeyctl(t, now)
	ctx := context.Background()
	key, _ := sample("expires")
	if err := k.set(ctx, key.Item(), []byte("x"), now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	id, err := unix.KeyctlSearch(unix.KEY_SPEC_USER_KEYRING, "user", key.Item(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if left := timeout(t, id); left != "59m" && left != "60m" && left != "1h" {
		t.Errorf("expires in %q", left)
	}
	// The kernel's own clock can't be set: end it as the kernel would.
	if _, err := unix.KeyctlInt(unix.KEYCTL_REVOKE, id, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := k.get(ctx, key.Item()); !errors.Is(err, ErrMissing) {
		t.Errorf("ended: %v", err)
	}
	if err := k.set(ctx, key.Item(), []byte("y"), time.Time{}); err != nil {
		t.Fatal(err)
	}
	if data, err := k.get(ctx, key.Item()); string(data) != "y" || err != nil {
		t.Errorf("replaced: %q, %v", data, err)
	}
}

// timeout is the expiry column of /proc/keys.
func timeout(t *testing.T, id int) string {
	t.Helper()
	out, err := exec.Command("grep", fmt.Sprintf("^%08x", uint32(id)), "/proc/keys").Output()
	if err != nil || len(strings.Fields(string(out))) < 4 {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.Fields(string(out))[3]
}

// fullRing is a keyring that is over its quota until an item has gone.
type fullRing struct {
	blobs
	until string
	sets  int
}

func (r *fullRing) set(name string, data []byte) error {
	r.sets++
	if _, err := r.get(r.until); err == nil {
		return fmt.Errorf("adding key to session failed: %v", syscall.EDQUOT) // the library's very words
	}
	return r.blobs.set(name, data)
}

func TestKeyctlMakesRoom(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	put := func(t *testing.T, k *keyctl, name string, left time.Duration) string {
		t.Helper()
		key, e := sample(name)
		e.Credentials.Expiration = now.Add(left)
		data, err := e.encode(key)
		if err != nil {
			t.Fatal(err)
		}
		if err := k.set(context.Background(), key.Item(), data, time.Time{}); err != nil {
			t.Fatal(err)
		}
		return key.Item()
	}
	t.Run("dead items go", func(t *testing.T) {
		k := newTestKeyctl(t, now)
		dead, live := put(t, k, "dead", 0), put(t, k, "live", 2*time.Minute)
		k.open.blobs = &fullRing{blobs: k.open.blobs, until: dead}
		added := put(t, k, "new", time.Hour)
		for item, want := range map[string]error{dead: ErrMissing, live: nil, added: nil} {
			if _, err := k.get(context.Background(), item); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", item, err, want)
			}
		}
	})
	t.Run("ended keys go", func(t *testing.T) {
		k := newTestKeyctl(t, now)
		ended, live := put(t, k, "ended", time.Hour), put(t, k, "live", 2*time.Minute)
		id, err := unix.KeyctlSearch(unix.KEY_SPEC_USER_KEYRING, "user", ended, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := unix.KeyctlInt(unix.KEYCTL_REVOKE, id, 0, 0, 0); err != nil {
			t.Fatal(err)
		}
		if removed, err := k.sweep(context.Background()); removed != 1 || err != nil {
			t.Errorf("removed %d, %v", removed, err)
		}
		if _, err := k.get(context.Background(), live); err != nil {
			t.Errorf("a live item went: %v", err)
		}
	})
	t.Run("all are alive", func(t *testing.T) {
		k := newTestKeyctl(t, now)
		live := put(t, k, "live", 2*time.Minute)
		full := &fullRing{blobs: k.open.blobs, until: live}
		k.open.blobs = full
		err := k.set(context.Background(), itemPrefix+strings.Repeat("0", 32), []byte("x"), time.Time{})
		if !errors.Is(err, ErrUnavailable) || fault.KindOf(err) != fault.Keyring || !strings.Contains(err.Error(), "quota") {
			t.Errorf("got %v", err)
		}
		if full.sets != 1 {
			t.Errorf("tried %d times", full.sets)
		}
		if _, err := k.get(context.Background(), live); err != nil {
			t.Errorf("a live item went: %v", err)
		}
	})
}

func TestKeyctlRefused(t *testing.T) {
	k := newKeyctl(Options{limits: usual})
	for _, err := range []error{
		failed(nameKeyctl, unix.EPERM),
		failed(nameKeyctl, fmt.Errorf("adding key to session failed: %v", unix.ENOSYS)),
		failed(nameKeyctl, unix.EACCES),
	} {
		got := k.refused(err)
		var e *fault.Error
		if !errors.As(got, &e) || !strings.Contains(e.Hint, "--keyring file") || !errors.Is(got, ErrUnavailable) {
			t.Errorf("%v: %v", err, got)
		}
	}
	for _, err := range []error{nil, ErrMissing, failed(nameKeyctl, unix.EIO)} {
		if got := k.refused(err); got != err {
			t.Errorf("%v became %v", err, got)
		}
	}
}
