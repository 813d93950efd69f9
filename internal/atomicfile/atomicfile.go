// Package atomicfile replaces the content of a file so that whoever reads it,
// at any time and after any crash, finds the whole old content or the whole
// new one.
//
// The new content is written to a temporary file in the target's own folder,
// flushed to disk, and renamed over the target; then the folder is flushed. A
// symlink stays a symlink: its target is replaced, on whatever file system it
// is. Mode and owner are kept, or nothing is written.
//
// Not kept are hard links (the other names go on naming the old content),
// access control lists and extended attributes. The package takes no lock:
// of two writers at once, the later one wins.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxLinks is how many symlinks are followed, as in Linux.
const maxLinks = 40

// Resolve follows symlinks to the file that a write to path would replace, and
// names it by an absolute path without links: a lock may go by that name. Neither the
// file nor its folder need exist.
func Resolve(path string) (string, error) {
	path, err := absolute(path)
	if err != nil {
		return "", err
	}
	for range maxLinks {
		next, err := os.Readlink(path)
		if err != nil {
			if info, statErr := os.Lstat(path); statErr == nil && info.Mode()&fs.ModeSymlink != 0 {
				return "", err
			}
			return inRealFolder(path)
		}
		if !filepath.IsAbs(next) {
			// The folder without its own links: ".." is the parent of what they name.
			dir, _ := filepath.Split(path)
			if dir, err = filepath.EvalSymlinks(dir); err != nil {
				return "", err
			}
			next = dir + string(filepath.Separator) + next
		}
		path = next
	}
	return "", &fs.PathError{Op: "resolve", Path: path, Err: errors.New("too many symbolic links")}
}

// absolute puts the working folder before a relative path, and does not tidy up:
// what ".." behind a link means is known only once the link is followed.
func absolute(path string) (string, error) {
	if filepath.IsAbs(path) {
		return path, nil
	}
	if filepath.Separator == '\\' { // relative to a drive, or to its root
		return filepath.Abs(path)
	}
	wd, err := os.Getwd()
	return wd + "/" + path, err
}

// inRealFolder follows the links on the way to the file's folder.
func inRealFolder(path string) (string, error) {
	dir, name := filepath.Split(path)
	folder, err := filepath.EvalSymlinks(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if parent := filepath.Dir(filepath.Clean(dir)); parent != filepath.Clean(dir) {
			folder, err = inRealFolder(filepath.Clean(dir))
		}
	}
	if err != nil {
		return "", err
	}
	return filepath.Join(folder, name), nil
}

// Write replaces the content of the file at path. A new file gets mode 0600,
// a missing folder 0700. check, if not nil, runs when all is ready but the
// rename; its error stops the write and is returned as it is. After any error but one
// in flushing the folder, path is what it was and no temporary file is left.
func Write(path string, data []byte, check func() error) (err error) {
	target, err := Resolve(path)
	if err != nil {
		return err
	}
	dir := filepath.Dir(target)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	old, err := writable(target)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, prefix(target)+"*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = tmp.Close()
			_ = os.Remove(tmp.Name())
		}
	}()
	if err := fill(tmp, data, old); err != nil {
		return err
	}
	if check != nil {
		if err := check(); err != nil {
			return err
		}
	}
	if err := os.Rename(tmp.Name(), target); err != nil {
		return err
	}
	if err := syncDir(dir); err != nil {
		return fmt.Errorf("%s is written, but its folder could not be flushed to disk: %w", target, err)
	}
	return nil
}

// writable returns what is known of the file to be replaced, nil if there is
// none. Rename would replace a file that may not be written to; that a file is
// read-only is somebody's will.
func writable(target string) (fs.FileInfo, error) {
	info, err := os.Lstat(target)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "write", Path: target, Err: errors.New("not a regular file")}
	}
	f, err := os.OpenFile(target, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	return info, f.Close()
}

// fill writes, flushes and closes the temporary file.
func fill(tmp *os.File, data []byte, old fs.FileInfo) error {
	if _, err := tmp.Write(data); err != nil {
		return err
	}
	if old != nil {
		// The owner first: changing it clears set-user-ID and the like.
		if err := keepOwner(tmp, old); err != nil {
			return fmt.Errorf("can't keep the owner of the file: %w", err)
		}
		if err := keepMode(tmp, old); err != nil {
			return fmt.Errorf("can't keep the mode of the file: %w", err)
		}
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	return tmp.Close()
}

func prefix(target string) string { return "." + filepath.Base(target) + ".xrole-" }

// Sweep removes the temporary files that writers of path left behind when
// they were killed. Call it only while no other writer can be at work.
func Sweep(path string) error {
	target, err := Resolve(path)
	if err != nil {
		return err
	}
	list, err := os.ReadDir(filepath.Dir(target))
	if err != nil {
		return err
	}
	for _, e := range list {
		if strings.HasPrefix(e.Name(), prefix(target)) && e.Type().IsRegular() {
			if err := os.Remove(filepath.Join(filepath.Dir(target), e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}
