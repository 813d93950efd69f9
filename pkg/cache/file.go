package cache

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/99designs/keyring"
)

// file keeps each item in a file that is encrypted with a passphrase. It is
// never chosen unless asked for by name: its strength is the passphrase's, and
// it asks for that in every process.
type file struct {
	*library
	dir string
	ask func(ctx context.Context) (string, error)

	asking     sync.Mutex // one question at a time
	passphrase string
}

func newFile(o Options) *file {
	dir := filepath.Join(o.StateDir, "keyring")
	f := &file{dir: dir, ask: o.Passphrase}
	f.library = newLibrary(nameFile, o.limits.answer, keyring.Config{FileDir: dir, FilePasswordFunc: f.known})
	return f
}

func (f *file) get(ctx context.Context, item string) ([]byte, error) {
	if err := f.whole(item); err != nil { // before anybody is asked for a passphrase
		return nil, err
	}
	if err := f.unlock(ctx); err != nil {
		return nil, err
	}
	return f.open(ctx, item)
}

// open decrypts an item that is whole, so that what fails is the passphrase.
func (f *file) open(ctx context.Context, item string) ([]byte, error) {
	data, err := within(ctx, f.patience, func() ([]byte, error) {
		ring, err := keyring.Open(f.config) // anew, because an open one keeps its passphrase
		if err != nil {
			return nil, err
		}
		return ringBlobs{ring}.get(item)
	})
	if err != nil && !settled(err) && !errors.Is(err, ErrTimeout) && ctx.Err() == nil {
		f.forget()
		return nil, lockedFault(err, "try again; `xrole logout --all` forgets what it protects",
			"the passphrase does not open the keyring file")
	}
	return data, f.explain(err)
}

func (f *file) set(ctx context.Context, item string, data []byte, _ time.Time) error {
	if err := f.unlock(ctx); err != nil {
		return err
	}
	// One passphrase for all: a typing error would otherwise come to light when
	// the item is wanted.
	names, err := f.items(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, ours := KeyOfItem(name); ours && f.whole(name) == nil {
			if _, err := f.open(ctx, name); err != nil {
				return err
			}
			break
		}
	}
	_, err = within(ctx, f.patience, func() (struct{}, error) { return struct{}{}, f.replace(item, data) })
	return f.explain(err)
}

// replace lets the library write into a folder beside, and renames: it writes
// in place itself, and a process that dies meanwhile would leave half a file.
func (f *file) replace(item string, data []byte) error {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(f.dir, ".new-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	config := f.config
	config.FileDir = tmp
	ring, err := keyring.Open(config)
	if err != nil {
		return err
	}
	if err := (ringBlobs{ring}).set(item, data); err != nil {
		return err
	}
	return os.Rename(filepath.Join(tmp, item), filepath.Join(f.dir, item))
}

func (f *file) remove(_ context.Context, item string) error {
	err := os.Remove(filepath.Join(f.dir, item))
	if errors.Is(err, fs.ErrNotExist) {
		return ErrMissing
	}
	return f.explain(err)
}

// whole returns nil for an item in the form that the library writes, which is
// five parts joined by dots, and ErrMissing for any other and for none.
func (f *file) whole(item string) error {
	data, err := os.ReadFile(filepath.Join(f.dir, item))
	if errors.Is(err, fs.ErrNotExist) {
		return ErrMissing
	}
	if err != nil {
		return f.explain(err)
	}
	if parts := strings.Split(string(data), "."); len(parts) != 5 || parts[4] == "" {
		return because(ErrMissing, errCorrupt)
	}
	return nil
}

// unlock asks for the passphrase, once.
func (f *file) unlock(ctx context.Context) error {
	f.asking.Lock()
	defer f.asking.Unlock()
	if f.passphrase != "" {
		return nil
	}
	if f.ask == nil {
		return lockedFault(nil, "run xrole in a terminal", "nobody can be asked for the passphrase of the keyring file")
	}
	passphrase, err := f.ask(ctx)
	switch {
	case err != nil && (settled(err) || ctx.Err() != nil):
		return err
	case err != nil || passphrase == "":
		return lockedFault(err, "run xrole in a terminal", "no passphrase for the keyring file")
	}
	f.passphrase = passphrase
	return nil
}

// known gives the library the passphrase.
func (f *file) known(string) (string, error) {
	f.asking.Lock()
	defer f.asking.Unlock()
	return f.passphrase, nil
}

// forget has the passphrase asked for again.
func (f *file) forget() {
	f.asking.Lock()
	defer f.asking.Unlock()
	f.passphrase = ""
}
