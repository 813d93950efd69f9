//go:build linux

package acceptance

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// home is the home folder of a user whom permissions bind. Root's tests run
// its commands in a user name space where they are no longer root's, or as nobody
// where there is no such thing.
type home struct {
	t      *testing.T
	dir    string
	nobody bool
}

const nobody = 65534

func newHome(t *testing.T) *home {
	t.Helper()
	dir, err := os.MkdirTemp("", "xrole-home-") // t.TempDir is closed to others
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = os.Chmod(filepath.Join(dir, ".aws"), 0o700)
		_ = os.RemoveAll(dir)
	})
	h := &home{t: t, dir: dir}
	if os.Getuid() == 0 && h.command(t.Context(), "true").Run() != nil {
		h.nobody = true
		if err := os.Chmod(bin, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	h.own(dir)
	return h
}

// own gives a file to the home folder's user.
func (h *home) own(path string) {
	h.t.Helper()
	if h.nobody {
		if err := os.Lchown(path, nobody, nobody); err != nil {
			h.t.Fatal(err)
		}
	}
}

// write writes a file and makes its folder.
func (h *home) write(name, text string) {
	h.t.Helper()
	path := filepath.Join(h.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		h.t.Fatal(err)
	}
	h.own(filepath.Dir(path))
	h.own(path)
}

func (h *home) mode(name string, mode os.FileMode) {
	h.t.Helper()
	if err := os.Chmod(filepath.Join(h.dir, name), mode); err != nil {
		h.t.Fatal(err)
	}
}

func (h *home) link(target, name string) {
	h.t.Helper()
	if err := os.Symlink(target, filepath.Join(h.dir, name)); err != nil {
		h.t.Fatal(err)
	}
	h.own(filepath.Join(h.dir, name))
}

func (h *home) read(name string) string {
	h.t.Helper()
	data, err := os.ReadFile(filepath.Join(h.dir, name))
	if err != nil {
		h.t.Fatal(err)
	}
	return string(data)
}

// command is a command of the home folder's user. It may be run from any goroutine.
func (h *home) command(ctx context.Context, argv ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = h.dir
	cmd.Env = []string{"HOME=" + h.dir, "USER=tester", "PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH")}
	detach(cmd)
	switch {
	case h.nobody:
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	case os.Getuid() == 0:
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 1000, HostID: 0, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 1000, HostID: 0, Size: 1}}
	}
	return cmd
}

func (h *home) run(argv ...string) result {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var out, errout bytes.Buffer
	cmd := h.command(ctx, argv...)
	cmd.Stdout, cmd.Stderr = &out, &errout
	begin := time.Now()
	if err := cmd.Run(); cmd.ProcessState == nil {
		return result{code: -1, errout: err.Error()}
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), errout.String(), time.Since(begin)}
}

func (h *home) xrole(args ...string) result {
	return h.run(append([]string{filepath.Join(bin, "xrole")}, args...)...)
}

// addProd adds a profile in whatever state the home folder is in.
var addProd = []string{"profile", "add", "prod", "--role-arn", "arn:aws:iam::111111111111:role/Prod", "--credential-source", "Environment", "--region", "us-east-1"}

// ofTheUser is what stands in the config file before. It is longer than the file
// that the limits below allow.
var ofTheUser = "# mine\n[profile keep]\nregion = eu-west-1 # c\n" + strings.Repeat("# years of comments\n", 500)

// TestConfigFileThatCannotBeWritten has a user run into each way in which the
// config file can be out of reach: a clear error, and not a byte lost.
func TestConfigFileThatCannotBeWritten(t *testing.T) {
	for _, tc := range []struct {
		name    string
		prepare func(h *home)
		env     string
		code    int
		says    []string
	}{
		{"a read-only file", func(h *home) { h.mode(".aws/config", 0o400) }, "A=", 3, []string{".aws/config", "permission denied", "nothing was changed"}},
		{"a read-only folder", func(h *home) { h.mode(".aws", 0o500) }, "A=", 3, []string{".aws/config", "permission denied", "nothing was changed"}},
		{"a file that can't be read", func(h *home) { h.mode(".aws/config", 0) }, "A=", 3, []string{"can't read", ".aws/config", "permission denied"}},
		{"a folder that can't be entered", func(h *home) { h.mode(".aws", 0) }, "A=", 3, []string{"can't read", ".aws/config", "permission denied"}},
		{"a folder in its place", func(h *home) { h.write("folder/file", "x") }, "AWS_CONFIG_FILE=folder", 3, []string{"can't read", "folder", "directory"}},
		{"a file for .aws", func(h *home) { h.write("file", "x") }, "AWS_CONFIG_FILE=file/config", 3, []string{"file/config", "not a directory"}},
		{"a symlink to itself", func(h *home) { h.link("loop", "loop") }, "AWS_CONFIG_FILE=loop", 3, []string{"loop", "symbolic links"}},
		{"no folder for the lock", func(h *home) { h.write(".cache", "x") }, "A=", 1, []string{"can't lock", ".aws/config", "not a directory"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			h.write(".aws/config", ofTheUser)
			tc.prepare(h)
			r := h.run(append([]string{"env", tc.env, "xrole"}, addProd...)...)
			h.refused(r, tc.code, tc.says...)
			h.mode(".aws", 0o700)
			h.mode(".aws/config", 0o600)
			h.asItWas()
		})
	}
}

func (h *home) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// refused fails unless the command ended with the code, an error that says
// these, and a hint.
func (h *home) refused(r result, code int, says ...string) {
	h.t.Helper()
	if r.code != code || r.out != "" || !strings.HasPrefix(r.errout, "xrole: error: ") || !strings.Contains(r.errout, "\nxrole: hint: ") {
		h.t.Errorf("exit %d, want %d; stdout %q, stderr %q", r.code, code, r.out, r.errout)
	}
	for _, s := range says {
		if !strings.Contains(r.errout, s) {
			h.t.Errorf("the error does not say %q: %s", s, r.errout)
		}
	}
}

// asItWas fails if the config file has changed or anything stands beside it.
func (h *home) asItWas() {
	h.t.Helper()
	if got := h.read(".aws/config"); got != ofTheUser {
		h.t.Errorf("the config file has %d bytes, not %d:\n%.200q", len(got), len(ofTheUser), got)
	}
	h.only("config")
}
