package profiles

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/xrole/xrole/internal/atomicfile"
	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/internal/filelock"
)

// maxTries is how often a change is worked out anew because an editor or
// another tool, which takes no lock of ours, wrote the file meanwhile.
const maxTries = 5

var errChanged = errors.New("the file has changed since it was read")

// Update reads the file at path (a missing one is empty), has change work out
// its new content, and replaces it as [atomicfile.Write] does. A lock in lockDir
// keeps other xrole processes out meanwhile. If the file is found changed
// before it is replaced, change is called again with what it holds by then.
// An unchanged content is not written.
//
// The error is change's own, ctx's, or a [fault.Error] of kind Config.
func Update(ctx context.Context, path, lockDir string, change func(old []byte) ([]byte, error)) error {
	target, err := atomicfile.Resolve(path)
	if err != nil {
		return unreadable(path, err)
	}
	sum := sha256.Sum256([]byte(target))
	lock, err := filelock.Acquire(ctx, filepath.Join(lockDir, "file-"+hex.EncodeToString(sum[:8])))
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fault.New(fault.Other, "can't lock %q against other xrole processes: %v", path, err).Because(err).
			WithHint("make %s a folder that you can write to", lockDir)
	}
	defer func() { _ = lock.Release() }()
	_ = atomicfile.Sweep(target) // what a killed process left; it may be there for another user
	for range maxTries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := replace(target, path, change); !errors.Is(err, errChanged) {
			return err
		}
	}
	return fault.New(fault.Config, "%q keeps changing while xrole wants to write it", path).
		WithHint("close what is writing it, then try again")
}

// replace makes one attempt; errChanged asks for another.
func replace(target, shown string, change func([]byte) ([]byte, error)) error {
	old, err := readOrEmpty(target)
	if err != nil {
		return unreadable(shown, err)
	}
	data, err := change(old)
	if err != nil {
		return err
	}
	if bytes.Equal(data, old) {
		return nil
	}
	err = atomicfile.Write(target, data, func() error {
		now, err := readOrEmpty(target)
		if err != nil {
			return err
		}
		if !bytes.Equal(now, old) {
			return errChanged
		}
		return nil
	})
	if err == nil || errors.Is(err, errChanged) {
		return err
	}
	cause := err
	var perr *fs.PathError
	if errors.As(err, &perr) {
		cause = perr.Err
	}
	return fault.New(fault.Config, "can't write %q: %v", shown, cause).Because(err).WithHint("nothing was changed; "+mend(err), target)
}

// mend is what makes a file writable; it has a place for the file's name.
func mend(err error) string {
	is := func(e error) bool { return errors.Is(err, e) }
	switch {
	case is(syscall.ENOSPC), is(syscall.EDQUOT), is(syscall.EFBIG):
		return "make room for a second copy of %s beside it"
	case is(syscall.EBUSY):
		return "%s is a mount of its own and can't be replaced: mount its folder instead"
	}
	return "make %s and its folder writable"
}

func readOrEmpty(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}
