//go:build linux

package acceptance

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xrole/xrole/internal/suite"
)

// TestConfigFileInUnusualPlaces has the ways in which the file is out of the
// ordinary, and can be written all the same.
func TestConfigFileInUnusualPlaces(t *testing.T) {
	elsewhere := func(h *home) string {
		shm := "/dev/shm"
		suite.NeedFile(h.t, "another file system, "+shm, shm)
		dir, err := os.MkdirTemp(shm, "xrole-test-")
		if err != nil {
			h.t.Fatal(err)
		}
		h.t.Cleanup(func() { _ = os.RemoveAll(dir) })
		h.own(dir)
		return dir
	}
	for _, tc := range []struct {
		name    string
		prepare func(h *home) (old, target string)
	}{
		{"no .aws", func(*home) (string, string) { return "", ".aws/config" }},
		{"an empty file", func(h *home) (string, string) { h.write(".aws/config", ""); return "", ".aws/config" }},
		{"a symlink to another file system", func(h *home) (string, string) {
			dir := elsewhere(h)
			h.write(".aws/credentials", "")
			h.link(filepath.Join(dir, "config"), ".aws/config")
			h.must(os.WriteFile(filepath.Join(dir, "config"), []byte(ofTheUser), 0o600))
			h.own(filepath.Join(dir, "config"))
			return ofTheUser, ".aws/config"
		}},
		{"a .aws on another file system", func(h *home) (string, string) {
			h.link(elsewhere(h), ".aws")
			return "", ".aws/config"
		}},
		{"a symlink to what is not there yet", func(h *home) (string, string) {
			h.write(".aws/credentials", "")
			h.link("../dotfiles/aws/config", ".aws/config")
			return "", "dotfiles/aws/config"
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			old, target := tc.prepare(h)
			links := h.links()
			if r := h.xrole(addProd...); r.code != 0 || r.errout != "" {
				t.Fatalf("exit %d: %s", r.code, r.errout)
			}
			added, kept := strings.CutPrefix(h.read(target), old)
			if !kept || !strings.Contains(added, "[profile prod]\n") {
				t.Errorf("the file is %q", h.read(target))
			}
			if r := h.xrole("profile", "remove", "prod"); r.code != 0 || h.read(target) != old {
				t.Errorf("removed (exit %d, %s), the file is %q", r.code, r.errout, h.read(target))
			}
			info, err := os.Stat(filepath.Join(h.dir, target))
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v, %v", info.Mode(), err)
			}
			if now := h.links(); now != links {
				t.Errorf("the symlinks were %q, are %q", links, now)
			}
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(filepath.Join(h.dir, target)), ".config.*")); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// TestConfigFileOnFullAndReadOnlyDisks mounts such disks where nobody else
// sees them.
func TestConfigFileOnFullAndReadOnlyDisks(t *testing.T) {
	const fill = "; dd if=/dev/zero of=.aws/other bs=1k 2>/dev/null || :"
	for _, tc := range []struct{ name, mount, limit, says, mend, left string }{
		{"a full disk", "mount -t tmpfs -o size=64k none .aws; cp old .aws/config" + fill, "", "no space left on device", "make room", "config other"},
		{"no room for a file more", "mount -t tmpfs -o nr_inodes=2 none .aws; cp old .aws/config", "", "no space left on device", "make room", "config"},
		{"a read-only disk", "cp old .aws/config; mount --bind .aws .aws; mount -o remount,bind,ro .aws", "", "read-only file system", "writable", "config"},
		{"a read-only file", "cp old .aws/config; mount --bind .aws/config .aws/config; mount -o remount,bind,ro .aws/config", "", "read-only file system", "writable", "config"},
		{"a file that is a mount", "cp old .aws/config; mount --bind old .aws/config", "", "device or resource busy", "mount its folder", "config"},
		{"a limit on the size of files", "cp old .aws/config", "ulimit -f 8; ", "file too large", "make room", "config"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			h.write("old", ofTheUser)
			h.write(".aws/none", "")
			h.must(os.Remove(filepath.Join(h.dir, ".aws", "none")))
			script := fmt.Sprintf(`set -e; %s; set +e
(%sexec xrole "$@") >out 2>err; echo $? >code
cat .aws/config >after; ls -A .aws >left`, tc.mount, tc.limit)
			if r := h.run(append(append(h.ownMounts(), "sh", "-c", script, "sh"), addProd...)...); r.code != 0 {
				t.Fatalf("exit %d: %s", r.code, r.errout)
			}
			var code int
			if _, err := fmt.Sscan(h.read("code"), &code); err != nil {
				t.Fatal(err)
			}
			h.refused(result{code: code, out: h.read("out"), errout: h.read("err")}, 3, ".aws/config", tc.says, "nothing was changed", tc.mend)
			if got := h.read("after"); got != ofTheUser {
				t.Errorf("the config file has %d bytes, not %d:\n%.200q", len(got), len(ofTheUser), got)
			}
			if got := strings.Join(strings.Fields(h.read("left")), " "); got != tc.left {
				t.Errorf(".aws holds %q, want %q", got, tc.left)
			}
		})
	}
}

// ownMounts are the words before a command that may mount what it likes.
func (h *home) ownMounts() []string {
	h.t.Helper()
	suite.Need(h.t, "unshare", "mount")
	argv := []string{"unshare", "--map-root-user", "--mount"}
	suite.NeedRun(h.t, "a mount name space", append(argv, "mount", "-t", "tmpfs", "none", "/mnt")...)
	return argv
}

// links says where .aws and the config file in it point.
func (h *home) links() string {
	aws, _ := os.Readlink(filepath.Join(h.dir, ".aws"))
	config, _ := os.Readlink(filepath.Join(h.dir, ".aws", "config"))
	return aws + ", " + config
}
