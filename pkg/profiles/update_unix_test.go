//go:build unix

package profiles

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// TestUpdateByTwoNames writes to one file by two names of its folder at once:
// neither may lose what the other wrote, or sweep away its temporary file.
func TestUpdateByTwoNames(t *testing.T) {
	home, locks := t.TempDir(), t.TempDir()
	path := filepath.Join(home, "dot", "config")
	if err := errors.Join(os.Mkdir(filepath.Join(home, "dot"), 0o700), os.Symlink("dot", filepath.Join(home, ".aws")),
		os.WriteFile(path, []byte(beforeUpdate), 0o600)); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			name := []string{path, filepath.Join(home, ".aws", "config")}[i%2]
			if err := addProfile(t.Context(), name, locks, fmt.Sprintf("p%d", i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	checkAdded(t, path, 60)
	if list, err := os.ReadDir(locks); err != nil || len(list) != 1 {
		t.Errorf("%d locks for one file (%v)", len(list), err)
	}
}

// TestUpdateBelowALinkedFolder has the config file be a link out of a folder
// that is one itself.
func TestUpdateBelowALinkedFolder(t *testing.T) {
	home := t.TempDir()
	path := filepath.Join(home, "dot", "shared", "config")
	if err := errors.Join(os.MkdirAll(filepath.Join(home, "dot", "aws"), 0o700), os.Mkdir(filepath.Dir(path), 0o700),
		os.Symlink(filepath.Join("dot", "aws"), filepath.Join(home, ".aws")),
		os.Symlink(filepath.Join("..", "shared", "config"), filepath.Join(home, "dot", "aws", "config")),
		os.WriteFile(path, []byte(beforeUpdate), 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := addProfile(t.Context(), filepath.Join(home, ".aws", "config"), t.TempDir(), "p"); err != nil {
		t.Fatal(err)
	}
	checkAdded(t, path, 1)
}
