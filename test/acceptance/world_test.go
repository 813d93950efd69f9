//go:build unix

package acceptance

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xrole/xrole/internal/keyringtest"
	"github.com/xrole/xrole/internal/sandbox"
)

// canary stands at the beginning of every secret key and session token in
// these tests. It may be in a user's own credentials file, on stdout where it
// was asked for, and nowhere else.
const canary = "CANARYxroleCANARY"

// aliceDevice is the MFA device behind profile dev.
const aliceDevice = "arn:aws:iam::222222222222:mfa/alice"

// world is one user's machine with an AWS to call.
type world struct {
	t    *testing.T
	aws  *sandbox.Server
	home string
	env  []string
}

// backends are the keyrings that the flow is tested with.
var backends = map[string]func(testing.TB) []string{
	"keyctl":         func(t testing.TB) []string { return append(keyringtest.Keyctl(t), "XROLE_KEYRING=keyctl") },
	"secret-service": func(t testing.TB) []string { return keyringtest.SecretService(t) },
}

// eachBackend runs test once with each keyring.
func eachBackend(t *testing.T, test func(t *testing.T, keyring []string)) {
	for name, start := range backends {
		t.Run(name, func(t *testing.T) { test(t, start(t)) })
	}
}

// newWorld makes a home folder with the newcomer's source profiles and starts
// an AWS for it. When the test ends, no secret may lie below that home.
func newWorld(t *testing.T, keyring []string, options ...func(*sandbox.Options)) *world {
	t.Helper()
	o := sandbox.Options{Canary: canary}
	for _, set := range options {
		set(&o)
	}
	server, err := sandbox.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	w := &world{t: t, aws: server, home: t.TempDir()}
	if err := server.WriteHome(w.home); err != nil {
		t.Fatal(err)
	}
	w.env = append([]string{
		"HOME=" + w.home,
		"PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH"),
		"USER=tester",
		"AWS_ENDPOINT_URL=" + server.URL(),
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_PAGER=",
		"XROLE_SANDBOX_URL=" + server.URL(),
		"XROLE_SANDBOX_TOKEN=" + server.Token().Reveal(),
	}, keyring...)
	for _, name := range []string{"GOPATH", "GOMODCACHE", "GOCACHE", "PYENV_ROOT", "LANG"} {
		if v := os.Getenv(name); v != "" {
			w.env = append(w.env, name+"="+v)
		}
	}
	t.Cleanup(func() { noCanaryBelow(t, w.home) })
	return w
}

// addProfile writes a role profile for a role in the prod account.
func (w *world) addProfile(name, role string, flags ...string) {
	w.t.Helper()
	args := []string{"profile", "add", name, "--role-arn", "arn:aws:iam::111111111111:role/" + role, "--source-profile", "dev", "--region", "us-east-1"}
	w.ok(append(args, flags...)...)
}

// code is an MFA code of alice's that AWS would take now.
func (w *world) code() string {
	w.t.Helper()
	for {
		code, err := w.aws.Code(aliceDevice)
		var none *sandbox.NoCodeError
		if errors.As(err, &none) {
			w.aws.Advance(none.Wait + time.Millisecond) // sooner than to wait for the next one
			continue
		}
		if err != nil {
			w.t.Fatal(err)
		}
		return code
	}
}

// result is how a command ended.
type result struct {
	code        int
	out, errout string
	took        time.Duration
}

// patience is more than any command here may take.
const patience = 90 * time.Second

// command is a command in the world, without a terminal.
func (w *world) command(ctx context.Context, argv ...string) *exec.Cmd {
	path := argv[0]
	if path == "xrole" {
		path = filepath.Join(bin, "xrole")
	}
	cmd := exec.CommandContext(ctx, path, argv[1:]...)
	cmd.Env, cmd.Dir = w.env, w.home
	detach(cmd)
	return cmd
}

// run runs a command to its end and checks that its stderr holds no secret.
func (w *world) run(argv ...string) result {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var out, errout bytes.Buffer
	cmd := w.command(ctx, argv...)
	cmd.Stdout, cmd.Stderr = &out, &errout
	begin := time.Now()
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatalf("%s: %v", strings.Join(argv, " "), err)
	}
	if strings.Contains(errout.String(), canary) {
		w.t.Errorf("%s: a secret on stderr: %s", strings.Join(argv, " "), errout.String())
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), errout.String(), time.Since(begin)}
}

// xrole runs xrole.
func (w *world) xrole(args ...string) result {
	w.t.Helper()
	return w.run(append([]string{"xrole"}, args...)...)
}

// ok runs xrole, which must succeed without a word on stderr, and returns what
// it printed.
func (w *world) ok(args ...string) string {
	w.t.Helper()
	r := w.xrole(args...)
	if r.code != 0 || r.errout != "" {
		w.t.Fatalf("xrole %s: exit %d, stderr %q", strings.Join(args, " "), r.code, r.errout)
	}
	return r.out
}

// calls counts the calls of an action that reached AWS.
func (w *world) calls(action string) int {
	n := 0
	for _, e := range w.aws.Calls() {
		if e.Action == action {
			n++
		}
	}
	return n
}

// noCanaryBelow fails the test if a secret stands in any file but the user's
// own credentials file.
func noCanaryBelow(t *testing.T, root string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.HasSuffix(path, filepath.Join(".aws", "credentials")) {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(canary)) {
			t.Errorf("a secret in %s", path)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("search for secrets: %v", err)
	}
}
