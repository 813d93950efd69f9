package profiles

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/xrole/xrole/internal/fault"
)

// addProfile is what `xrole profile add` does to a file.
func addProfile(ctx context.Context, path, locks, name string) error {
	return Update(ctx, path, locks, func(old []byte) ([]byte, error) {
		return Splice(old, ProfileHeader(name), set("region", "eu-west-1", "xrole_role_arn", prodARN))
	})
}

const beforeUpdate = "# mine\n[profile keep]\r\na = 1 # c\n\n# end"

// checkAdded fails unless the file is beforeUpdate and n added profiles.
func checkAdded(t *testing.T, path string, n int) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(data), beforeUpdate) {
		t.Errorf("the beginning of the file changed:\n%.200q", data)
	}
	s, err := Load(Files{Config: path})
	if err != nil {
		t.Fatal(err)
	}
	list, errs := s.Profiles()
	if len(errs) > 0 || len(list) != n+1 {
		t.Fatalf("%d profiles, want %d (%v)", len(list), n+1, errs)
	}
	for _, p := range list[1:] {
		if len(p.Properties) != 2 || p.Properties["region"] != "eu-west-1" || !p.Managed() {
			t.Errorf("%s: %q", p.Name, p.Properties)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestUpdateByManyGoroutines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(path, []byte(beforeUpdate), 0o600); err != nil {
		t.Fatal(err)
	}
	locks := t.TempDir()
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			if err := addProfile(t.Context(), path, locks, fmt.Sprintf("p%d", i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	checkAdded(t, path, 100)
}

func TestUpdateByManyProcesses(t *testing.T) {
	const variable = "XROLE_TEST_ADD"
	if args := os.Getenv(variable); args != "" {
		part := strings.Split(args, "|")
		if err := addProfile(t.Context(), part[0], part[1], part[2]); err != nil {
			t.Fatal(err)
		}
		return
	}
	path := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(path, []byte(beforeUpdate), 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	locks := t.TempDir()
	var running []*exec.Cmd
	for i := range 20 {
		cmd := exec.Command(self, "-test.run=^TestUpdateByManyProcesses$")
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%s|p%d", variable, path, locks, i))
		cmd.Stderr, cmd.Stdout = os.Stderr, nil
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, cmd)
	}
	for _, cmd := range running {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	checkAdded(t, path, 20)
}

// TestUpdateSeesAnEditor has somebody without our lock write the file while a
// change is being worked out: neither change may be lost.
func TestUpdateSeesAnEditor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	calls := 0
	err := Update(t.Context(), path, t.TempDir(), func(old []byte) ([]byte, error) {
		calls++
		if calls == 1 {
			if err := os.WriteFile(path, []byte("[profile other]\n"), 0o600); err != nil {
				return nil, err
			}
		}
		return Splice(old, ProfileHeader("mine"), set("a", "1"))
	})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil || calls != 2 || string(data) != "[profile other]\n\n[profile mine]\na = 1\n" {
		t.Errorf("after %d calls %q, %v", calls, data, err)
	}

	err = Update(t.Context(), path, t.TempDir(), func(old []byte) ([]byte, error) {
		now := append(old, "# again\n"...)
		return append(now, "# mine\n"...), os.WriteFile(path, now, 0o600)
	})
	contains(t, err, "keeps changing")
}

func TestUpdateEdges(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, ".aws", "config")
	same := func(old []byte) ([]byte, error) { return old, nil }
	if err := Update(t.Context(), path, t.TempDir(), same); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing to write, but the file is there: %v", err)
	}
	no := errors.New("no")
	if err := Update(t.Context(), path, t.TempDir(), func([]byte) ([]byte, error) { return nil, no }); err != no {
		t.Errorf("error %v", err)
	}
	err := addProfile(t.Context(), dir, t.TempDir(), "x")
	contains(t, err, "can't read")
	if fault.KindOf(err) != fault.Config {
		t.Errorf("kind %v", fault.KindOf(err))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := addProfile(ctx, path, t.TempDir(), "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	contains(t, addProfile(t.Context(), path, filepath.Join(dir, "file"), "x"), "can't lock")
}
