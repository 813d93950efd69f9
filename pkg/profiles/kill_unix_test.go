//go:build unix

package profiles

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestKilledWhileWriting kills a process that does nothing but write, a
// thousand times at any moment: the file is always the old one or the new one, the
// next writer is never kept out, and what was left behind goes.
func TestKilledWhileWriting(t *testing.T) {
	const variable = "XROLE_TEST_WRITE"
	if dir := os.Getenv(variable); dir != "" {
		writeForEver(t, dir)
		return
	}
	t.Parallel()
	const kills = 1000
	dir, err := os.MkdirTemp(shm(), "xrole-kill-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	versions := versions(t)
	path := filepath.Join(dir, "config")
	if err := os.WriteFile(path, versions[0], 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(9, 10))
	seen, during, most := map[string]int{}, 0, 0
	for i := range kills {
		killOne(t, self, variable+"="+dir, time.Duration(random.IntN(2000))*time.Microsecond)
		data, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(data, versions[0]) && !bytes.Equal(data, versions[1]) {
			t.Fatalf("after %d kills the file holds %d bytes (%v): %.200q", i+1, len(data), err, data)
		}
		seen[string(data)]++
		left, err := filepath.Glob(filepath.Join(dir, ".config.xrole-*"))
		if err != nil {
			t.Fatal(err)
		}
		if len(left) > 0 {
			during++
		}
		most = max(most, len(left))
	}
	t.Logf("%d kills, %d of them left a temporary file", kills, during)
	if most > 1 {
		t.Errorf("%d temporary files at once", most)
	}
	if during < kills/20 || len(seen) != 2 {
		t.Errorf("%d kills hit a write, %d versions seen: too few to say anything", during, len(seen))
	}
	if err := Update(t.Context(), path, filepath.Join(dir, "locks"), flip(versions)); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// shm is a folder in memory where there is one: a thousand flushes to a disk
// take their time, and it is not the disk that is tested.
func shm() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return ""
}

// versions are the file without and with a profile; both are long enough that a
// write takes a while.
func versions(t *testing.T) [2][]byte {
	t.Helper()
	var old []byte
	for i := range 500 {
		old = fmt.Appendf(old, "[profile p%d]\nregion = eu-west-1\n%s\n", i, strings.Repeat("#", 400))
	}
	changed, err := Splice(old, ProfileHeader("p100"), set("region", "us-east-1", "added", "1"))
	if err != nil {
		t.Fatal(err)
	}
	return [2][]byte{old, changed}
}

// flip is a change from one version to the other.
func flip(versions [2][]byte) func([]byte) ([]byte, error) {
	return func(old []byte) ([]byte, error) {
		switch {
		case bytes.Equal(old, versions[0]):
			return versions[1], nil
		case bytes.Equal(old, versions[1]):
			return versions[0], nil
		}
		return nil, errors.New("neither version")
	}
}

// killOne starts a writer, lets it begin and kills it after a while.
func killOne(t *testing.T, self, variable string, after time.Duration) {
	t.Helper()
	cmd := exec.Command(self, "-test.run=^TestKilledWhileWriting$")
	cmd.Env = append(os.Environ(), variable)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Errorf("the writer did not begin: %v", err)
	}
	time.Sleep(after) // the moment is the point
	_ = cmd.Process.Kill()
	rest := new(bytes.Buffer)
	_, _ = rest.ReadFrom(out)
	_ = cmd.Wait()
	if strings.Contains(rest.String(), "FAIL") {
		t.Errorf("the writer failed: %s", rest)
	}
}

// writeForEver is the writer's side.
func writeForEver(t *testing.T, dir string) {
	change := flip(versions(t))
	fmt.Println("begin")
	for {
		if err := Update(context.Background(), filepath.Join(dir, "config"), filepath.Join(dir, "locks"), change); err != nil {
			t.Fatal(err)
		}
	}
}
