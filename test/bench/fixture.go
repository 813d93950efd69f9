package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/xrole/xrole/internal/sandbox"
)

// The role profiles of the fixture. The one that is measured warm is the
// second behind its MFA device: its cold start stores one item, its role
// session, so the item's name is known.
const (
	mfaProfile   = "prod"
	warmProfile  = "team"
	plainProfile = "logs"
)

// fixture is an AWS, a home and a config file to measure in.
type fixture struct {
	server *sandbox.Server
	bin    string
	dir    string
	config string
	env    []string // without AWS_CONFIG_FILE
	// backend is where the sessions go, before the items that stood there.
	backend string
	before  []string
}

func newFixture(ctx context.Context, o options) (*fixture, error) {
	bin, err := filepath.Abs(o.bin)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "xrole-bench-")
	if err != nil {
		return nil, err
	}
	f := &fixture{bin: bin, backend: o.backend, dir: dir, config: filepath.Join(dir, ".aws", "config")}
	if f.server, err = sandbox.Start(sandbox.Options{}); err == nil {
		err = f.server.WriteHome(dir)
	}
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	f.env = []string{
		"HOME=" + dir, "USERPROFILE=" + dir, "XDG_STATE_HOME=" + filepath.Join(dir, "state"),
		"XDG_CACHE_HOME=" + filepath.Join(dir, "cache"), "XDG_CONFIG_HOME=" + filepath.Join(dir, "config"),
		"AWS_ENDPOINT_URL=" + f.server.URL(),
		"XROLE_KEYRING=" + o.backend,
	}
	// What it takes to start a process and to find the keyring.
	for _, name := range []string{"PATH", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "SYSTEMROOT", "TMPDIR"} {
		if value, ok := os.LookupEnv(name); ok {
			f.env = append(f.env, name+"="+value)
		}
	}
	if f.before, err = f.items(ctx); err != nil {
		return nil, errors.Join(err, f.close(ctx))
	}
	return f, nil
}

// items returns the names of all items in the keyring.
func (f *fixture) items(ctx context.Context) ([]string, error) {
	out, err := f.baseline().output(ctx)
	return strings.Fields(out), err
}

// baseline is the baseline program on the fixture's backend.
func (f *fixture) baseline(args ...string) command {
	return command{"baseline", append([]string{f.program("baseline"), f.backend}, args...), f.env}
}

// close takes the sessions out of the keyring, and nothing else that is there,
// and removes the home. `xrole logout --all` would also forget the sessions of
// whoever runs the benchmark.
func (f *fixture) close(ctx context.Context) error {
	items, err := f.items(ctx)
	if added := added(f.before, items); len(added) > 0 {
		_, rerr := f.baseline(append([]string{"-remove"}, added...)...).output(ctx)
		err = errors.Join(err, rerr)
	}
	return errors.Join(err, f.server.Close(), os.RemoveAll(f.dir))
}

func (f *fixture) program(name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(f.bin, name)
}

// xrole is `xrole args…` with that config file and the credentials file beside it.
func (f *fixture) xrole(config string, args ...string) command {
	return command{
		name: "xrole " + strings.Join(args, " "),
		argv: append([]string{f.program("xrole")}, args...),
		env:  append(slices.Clone(f.env), "AWS_CONFIG_FILE="+config, "AWS_SHARED_CREDENTIALS_FILE="+credentialsBeside(config)),
	}
}

// with returns c with one more variable in its environment.
func (c command) with(variable string) command {
	c.env = append(slices.Clone(c.env), variable)
	return c
}

// coldStarts writes the role profiles, gets the credentials of each for the
// first time, and returns the calls that took and the name of the item that
// holds the session of warmProfile.
func (f *fixture) coldStarts(ctx context.Context) ([]callCount, string, error) {
	for _, p := range []struct{ name, role, source string }{
		{mfaProfile, "ProdS3ReadRole", "dev"},
		{warmProfile, "rules/Team1", "dev"},
		{plainProfile, "DevLogAccessRole", "analyst"},
	} {
		arn := "arn:aws:iam::" + sandbox.ProdAccount + ":role/" + p.role
		add := f.xrole(f.config, "profile", "add", p.name, "--role-arn", arn, "--source-profile", p.source)
		if _, err := add.output(ctx); err != nil {
			return nil, "", err
		}
	}
	code, err := f.server.Code("alice")
	if err != nil {
		return nil, "", err
	}

	var counts []callCount
	cold := func(name string, c command, want ...string) error {
		before := len(f.server.Calls())
		_, err := c.output(ctx)
		counts = append(counts, callCount{name: name, got: actions(f.server.Calls()[before:]), want: want})
		return err
	}
	if err := cold("with an MFA code", f.xrole(f.config, "credentials", mfaProfile).with("XROLE_MFA_TOKEN="+code),
		"GetSessionToken", "AssumeRole"); err != nil {
		return nil, "", err
	}
	before, err := f.items(ctx)
	if err != nil {
		return nil, "", err
	}
	if err := cold("a second role behind the same device", f.xrole(f.config, "credentials", warmProfile),
		"AssumeRole"); err != nil {
		return nil, "", err
	}
	after, err := f.items(ctx)
	if err != nil {
		return nil, "", err
	}
	if err := cold("without MFA", f.xrole(f.config, "credentials", plainProfile), "AssumeRole"); err != nil {
		return nil, "", err
	}
	items := added(before, after)
	if len(items) != 1 {
		return nil, "", fmt.Errorf("the cold start of %q stored %d items, not one: %q", warmProfile, len(items), items)
	}
	return counts, items[0], nil
}

// added returns the items of xrole's that stand in after and not in before.
func added(before, after []string) []string {
	return slices.DeleteFunc(slices.Clone(after), func(key string) bool {
		return slices.Contains(before, key) || !strings.HasPrefix(key, "xrole-v1-")
	})
}

func actions(calls []sandbox.Event) []string {
	var names []string
	for _, c := range calls {
		names = append(names, c.Action)
	}
	return names
}

func (c callCount) kept() bool { return slices.Equal(c.got, c.want) }

func list(names []string) string { return strings.Join(names, ", ") }

// configWith returns a copy of the config file that has n profiles in all, the
// added ones half before and half after those that are there. A copy of the
// credentials file stands beside it.
func (f *fixture) configWith(n int) (string, error) {
	old, err := os.ReadFile(f.config)
	if err != nil {
		return "", err
	}
	add := n - bytes.Count(old, []byte("[profile "))
	if add < 0 {
		return "", fmt.Errorf("the config file has more than %d profiles", n)
	}
	keys, err := os.ReadFile(credentialsBeside(f.config))
	if err != nil {
		return "", err
	}
	var config bytes.Buffer
	for i := range add {
		if i == add/2 {
			config.Write(old)
		}
		fmt.Fprintf(&config, "[profile team-%05d]\nregion = eu-west-1\noutput = json\nsource_profile = dev\n"+
			"role_arn = arn:aws:iam::%012d:role/Developer\n\n", i, i)
	}
	dir := filepath.Join(f.dir, fmt.Sprintf("aws-%d", n))
	path := filepath.Join(dir, "config")
	return path, errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(path, config.Bytes(), 0o600),
		os.WriteFile(credentialsBeside(path), keys, 0o600))
}

// credentialsBeside is the credentials file that belongs to a config file.
func credentialsBeside(config string) string {
	return filepath.Join(filepath.Dir(config), "credentials")
}
