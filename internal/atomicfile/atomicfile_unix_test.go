//go:build unix

package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

func TestModeOfNewFileAndFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), ".aws")
	path := filepath.Join(dir, "config")
	if err := Write(path, nil, nil); err != nil {
		t.Fatal(err)
	}
	for p, want := range map[string]fs.FileMode{dir: 0o700, path: 0o600} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, %v; want %v", p, info.Mode(), err, want)
		}
	}
}

func TestModeIsKept(t *testing.T) {
	for _, mode := range []fs.FileMode{0o600, 0o640, 0o644, 0o664} {
		path := filepath.Join(t.TempDir(), "config")
		write(t, path, "old", mode)
		if err := Write(path, []byte("new"), nil); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
			t.Errorf("mode %v, %v; want %v", info.Mode(), err, mode)
		}
	}
}

func TestSymlinkStaysAndItsTargetIsReplaced(t *testing.T) {
	home, dotfiles := t.TempDir(), t.TempDir()
	target := filepath.Join(dotfiles, "aws-config")
	write(t, target, "old", 0o644)
	middle := filepath.Join(dotfiles, "middle")
	link := filepath.Join(home, "config")
	if err := os.Symlink("aws-config", middle); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(middle, link); err != nil {
		t.Fatal(err)
	}
	if err := Write(link, []byte("new"), nil); err != nil {
		t.Fatal(err)
	}
	if got := read(t, target); got != "new" {
		t.Errorf("target holds %q", got)
	}
	for _, l := range []string{link, middle} {
		if info, err := os.Lstat(l); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("%s is no symlink any more: %v", l, err)
		}
	}
	only(t, home, "config")
	only(t, dotfiles, "aws-config", "middle")
}

func TestDanglingSymlinkGetsItsTarget(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "config")
	if err := os.Symlink(filepath.Join("later", "config"), link); err != nil {
		t.Fatal(err)
	}
	if err := Write(link, []byte("new"), nil); err != nil {
		t.Fatal(err)
	}
	if got := read(t, filepath.Join(dir, "later", "config")); got != "new" {
		t.Errorf("got %q", got)
	}
}

// TestResolve has a link's ".." mean the parent of the folder that it is really
// in, and one name for a file whatever the way to it.
func TestResolve(t *testing.T) {
	home, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(
		os.MkdirAll(filepath.Join(home, "dot", "aws"), 0o700), os.MkdirAll(filepath.Join(home, "dot", "shared"), 0o700),
		os.Symlink("dot/aws", filepath.Join(home, ".aws")),
		os.Symlink("../shared/config", filepath.Join(home, "dot", "aws", "config")),
		os.Symlink("../.aws/../shared/config", filepath.Join(home, "dot", "twice")),
	); err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join(home, ".aws"))
	for path, want := range map[string]string{
		home + "/.aws/config":         "dot/shared/config",
		home + "/dot/aws/config":      "dot/shared/config",
		home + "/dot/twice":           "dot/shared/config",
		home + "/.aws/credentials":    "dot/aws/credentials",
		home + "/.aws/../credentials": "dot/credentials",
		home + "/.aws/later/still/x":  "dot/aws/later/still/x",
		"credentials":                 "dot/aws/credentials",
		"../credentials":              "dot/credentials",
		"config":                      "dot/shared/config",
	} {
		if got, err := Resolve(path); err != nil || got != filepath.Join(home, want) {
			t.Errorf("%s: %q, %v; want %s", path, got, err, want)
		}
	}
	if err := Write(filepath.Join(home, ".aws", "config"), []byte("new"), nil); err != nil {
		t.Fatal(err)
	}
	if got := read(t, filepath.Join(home, "dot", "shared", "config")); got != "new" {
		t.Errorf("got %q", got)
	}
}

func TestSymlinkLoop(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	if err := errors.Join(os.Symlink(a, b), os.Symlink(b, a)); err != nil {
		t.Fatal(err)
	}
	if err := Write(a, nil, nil); err == nil {
		t.Error("a loop of symlinks was written to")
	}
	only(t, dir, "a", "b")
}

// TestPermissions runs its checks as a user whom permissions bind: root
// starts itself again as nobody.
func TestPermissions(t *testing.T) {
	const inside = "XROLE_TEST_DIR"
	if dir := os.Getenv(inside); dir != "" {
		permissions(t, dir)
		return
	}
	dir := t.TempDir()
	if os.Getuid() != 0 {
		permissions(t, dir)
		return
	}
	const nobody = 65534
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	binary, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, "test")
	write(t, copied, string(binary), 0o755)
	work := filepath.Join(dir, "work")
	if err := errors.Join(os.Mkdir(work, 0o700), os.Chown(work, nobody, nobody),
		os.Chmod(dir, 0o755), os.Chmod(filepath.Dir(dir), 0o755)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(copied, "-test.run=^TestPermissions$")
	cmd.Dir, cmd.Env = work, []string{inside + "=" + work}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}

func permissions(t *testing.T, dir string) {
	path := filepath.Join(dir, "config")
	write(t, path, "old", 0o400)
	if err := Write(path, []byte("new"), nil); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("read-only file: %v", err)
	}
	if err := errors.Join(os.Chmod(path, 0o600), os.Chmod(dir, 0o500)); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Chmod(dir, 0o700) }()
	if err := Write(path, []byte("new"), nil); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("read-only folder: %v", err)
	}
	if got := read(t, path); got != "old" {
		t.Errorf("got %q", got)
	}
	only(t, dir, "config")
}

// TestOwnerIsKept tells a foreign owner apart only when it runs as root.
func TestOwnerIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	write(t, path, "old", 0o640)
	uid, gid := os.Getuid(), os.Getgid()
	if uid == 0 {
		uid, gid = 65534, 65534
		if err := os.Chown(path, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	if err := Write(path, []byte("new"), nil); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if st := info.Sys().(*syscall.Stat_t); int(st.Uid) != uid || int(st.Gid) != gid || info.Mode().Perm() != 0o640 {
		t.Errorf("owner %d:%d, mode %v; want %d:%d, 0640", st.Uid, st.Gid, info.Mode(), uid, gid)
	}
}
