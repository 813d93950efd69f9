package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t *testing.T, path, text string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// only fails if the folder holds anything but the named files.
func only(t *testing.T, dir string, names ...string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range list {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("the folder holds %q, want %q", got, names)
	}
}

func TestNewFileAndFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), ".aws")
	path := filepath.Join(dir, "config")
	if err := Write(path, []byte("new"), nil); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); got != "new" {
		t.Errorf("got %q", got)
	}
	only(t, dir, "config")
}

func TestRefusedCheckChangesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config")
	write(t, path, "old", 0o600)
	no := errors.New("no")
	if err := Write(path, []byte("new"), func() error { return no }); !errors.Is(err, no) {
		t.Errorf("error %v", err)
	}
	if got := read(t, path); got != "old" {
		t.Errorf("got %q", got)
	}
	only(t, dir, "config")
}

func TestNotARegularFile(t *testing.T) {
	dir := t.TempDir()
	if err := Write(dir, []byte("new"), nil); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("error %v", err)
	}
	if err := Write(os.DevNull, []byte("new"), nil); err == nil {
		t.Error("the null device was replaced")
	}
}

func TestFolderIsAFile(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "file"), "x", 0o600)
	if err := Write(filepath.Join(dir, "file", "config"), []byte("new"), nil); err == nil {
		t.Error("wrote below a file")
	}
	only(t, dir, "file")
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config")
	for _, name := range []string{"config", ".config.xrole-123", ".config.xrole-x", ".credentials.xrole-1", ".config"} {
		write(t, filepath.Join(dir, name), "x", 0o600)
	}
	if err := Sweep(path); err != nil {
		t.Fatal(err)
	}
	only(t, dir, ".config", ".credentials.xrole-1", "config")
}
