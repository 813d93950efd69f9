package cache

import (
	"context"
	"encoding/binary"
	"errors"
	"runtime"
	"strings"
	"time"

	"github.com/99designs/keyring"
	"golang.org/x/sys/unix"
)

// keyctlPerm lets the processes of the same user do everything with an item,
// whether or not they possess it: the session that stored it is gone when the
// next one reads it.
const keyctlPerm = 0x3f3f0000

// keyctl keeps items in the user's keyring in the kernel, beside other
// programs' (a keyring of our own within it would be made by every process
// that finds none, and the last of them would take the others' items away).
// The kernel drops it when the user's last process has gone.
type keyctl struct {
	*library
	now   func() time.Time
	debug func(string)
}

func newKeyctl(o Options) *keyctl {
	l := newLibrary(nameKeyctl, o.limits.answer, keyring.Config{KeyCtlScope: "user", KeyCtlPerm: keyctlPerm})
	return &keyctl{library: l, now: o.Now, debug: o.Debug}
}

func (k *keyctl) get(ctx context.Context, item string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	// The kernel answers at once, so nobody has to wait beside it.
	data, err := use(k.library, read(item))
	err = k.explain(err)
	for _, gone := range []unix.Errno{unix.EKEYEXPIRED, unix.EKEYREVOKED, unix.ENOKEY} {
		if errors.Is(err, gone) { // it ended, or did so between being found and being read
			return nil, because(ErrMissing, gone)
		}
	}
	return data, k.refused(err)
}

func (k *keyctl) set(ctx context.Context, item string, data []byte, until time.Time) error {
	err := k.add(ctx, item, data)
	if overQuota(err) {
		err = k.makeRoom(ctx, item, data, err)
	}
	if overQuota(err) {
		return unavailableFault(err, "`xrole logout --all`, or raise /proc/sys/kernel/keys/maxkeys and maxbytes, or use another --keyring",
			"the kernel's quota of keys for this user is used up")
	}
	if err == nil && !until.IsZero() {
		k.expire(item, until)
	}
	return k.refused(err)
}

// add stores an item. The library does it in steps, through a keyring of the
// session that the kernel may make for the very thread that asks, so all have
// to happen on one thread.
func (k *keyctl) add(ctx context.Context, item string, data []byte) error {
	_, err := within(ctx, k.patience, func() (struct{}, error) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		return use(k.library, write(item, data))
	})
	return k.explain(err)
}

func (k *keyctl) remove(ctx context.Context, item string) error {
	return k.refused(k.library.remove(ctx, item))
}

func (k *keyctl) items(context.Context) ([]string, error) {
	names, _, err := userItems()
	if err != nil {
		return nil, k.refused(failed(nameKeyctl, err))
	}
	return names, nil
}

// userItems lists the user's keyring: the names of the keys that hold data, and
// the ids of those that have ended and that the kernel has yet to collect. The
// library's own list ends at the first key that can't be described, and other
// programs keep keys there too.
func userItems() (names []string, ended []int, err error) {
	ids, err := userKeys()
	if err != nil {
		return nil, nil, err
	}
	for _, id := range ids {
		// "type;uid;gid;perm;description"
		d, err := unix.KeyctlString(unix.KEYCTL_DESCRIBE, id)
		switch kind, _, _ := strings.Cut(d, ";"); {
		case errors.Is(err, unix.EKEYEXPIRED), errors.Is(err, unix.EKEYREVOKED):
			ended = append(ended, id)
		case err == nil && kind == "user":
			names = append(names, d[strings.LastIndex(d, ";")+1:])
		}
	}
	return names, ended, nil
}

// userKeys returns the ids in the user's keyring.
func userKeys() ([]int, error) {
	const perKey = 4
	for size := 64 * perKey; ; {
		buf := make([]byte, size)
		n, err := unix.KeyctlBuffer(unix.KEYCTL_READ, unix.KEY_SPEC_USER_KEYRING, buf, 0)
		if err != nil {
			return nil, err
		}
		if n > size {
			size = n
			continue
		}
		ids := make([]int, 0, n/perKey)
		for b := buf[:n]; len(b) >= perKey; b = b[perKey:] {
			ids = append(ids, int(int32(binary.NativeEndian.Uint32(b))))
		}
		return ids, nil
	}
}

// expire tells the kernel to drop the item when its session ends, so that dead
// sessions take none of a small quota. An item that stays costs nothing else.
func (k *keyctl) expire(item string, until time.Time) {
	left := until.Sub(k.now())
	if left <= 0 {
		return
	}
	id, err := unix.KeyctlSearch(unix.KEY_SPEC_USER_KEYRING, "user", item, 0)
	if err == nil {
		_, err = unix.KeyctlInt(unix.KEYCTL_SET_TIMEOUT, id, int(left/time.Second)+1, 0, 0)
	}
	if err != nil {
		k.debug("item " + item + ": no expiry set: " + err.Error())
	}
}

// makeRoom removes our dead items and tries again, for a while: the kernel
// gives their quota back a little later.
func (k *keyctl) makeRoom(ctx context.Context, item string, data []byte, full error) error {
	removed, err := k.sweep(ctx)
	if err != nil || removed == 0 {
		return full
	}
	deadline := time.NewTimer(k.patience)
	defer deadline.Stop()
	retry := time.NewTicker(20 * time.Millisecond)
	defer retry.Stop()
	for {
		if err := k.add(ctx, item, data); !overQuota(err) {
			return err
		}
		select {
		case <-retry.C:
		case <-deadline.C:
			return full
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// sweep removes the items that nobody will be served any more, and the keys
// that have ended: those are nobody's now, whosever they were, but count until
// the kernel collects them.
func (k *keyctl) sweep(ctx context.Context) (removed int, err error) {
	names, ended, err := userItems()
	if err != nil {
		return 0, err
	}
	for _, id := range ended {
		if _, err := unix.KeyctlInt(unix.KEYCTL_UNLINK, id, unix.KEY_SPEC_USER_KEYRING, 0, 0); err == nil {
			removed++
		}
	}
	for _, name := range names {
		if _, ours := KeyOfItem(name); !ours {
			continue
		}
		data, err := k.get(ctx, name)
		if err != nil {
			continue
		}
		if e, err := decode(data); err == nil && e.Tier(k.now()) != Dead {
			continue
		}
		if k.remove(ctx, name) == nil {
			removed++
		}
	}
	return removed, nil
}

// overQuota recognises EDQUOT by its text: the library formats the number away.
func overQuota(err error) bool {
	return err != nil && (errors.Is(err, unix.EDQUOT) || strings.Contains(err.Error(), unix.EDQUOT.Error()))
}

// refused explains a kernel that lets nobody use its keyrings.
func (k *keyctl) refused(err error) error {
	for _, no := range []unix.Errno{unix.EPERM, unix.ENOSYS, unix.EACCES} {
		if errors.Is(err, no) || err != nil && !errors.Is(err, ErrMissing) && strings.HasSuffix(err.Error(), no.Error()) {
			return unavailableFault(no, "containers often forbid it: use --keyring file or --keyring none",
				"the kernel does not let xrole use its keyring")
		}
	}
	return err
}
