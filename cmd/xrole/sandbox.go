package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/internal/sandbox"
	"github.com/xrole/xrole/pkg/cache"
)

// How a command inside the sandbox finds it.
const (
	sandboxURL   = "XROLE_SANDBOX_URL"
	sandboxToken = "XROLE_SANDBOX_TOKEN"
)

func (a *app) sandboxCommand() *cli.Command {
	return &cli.Command{
		Name:      "sandbox",
		Usage:     "a strict AWS on loopback, to try all of this without an account",
		ArgsUsage: "[-- COMMAND [ARGUMENT …]]",
		Description: "Starts STS and S3 with two accounts, and in it a shell (or COMMAND) whose AWS files,\n" +
			"endpoint and xrole notes lie in a scratch folder: your own ~/.aws is not touched. Source\n" +
			"profiles \"dev\" (with an MFA device) and \"analyst\" are there; roles to assume are\n" +
			"arn:aws:iam::111111111111:role/ProdS3ReadRole and arn:aws:iam::111111111111:role/DevLogAccessRole.\n\n" +
			"Examples:\n   xrole sandbox\n   xrole sandbox -- ./demo.sh\n   xrole sandbox code      (inside: the MFA code of the moment)",
		Flags: []cli.Flag{
			&cli.DurationFlag{Name: "clock-offset", Usage: "how far AWS's clock is ahead of this machine's"},
			&cli.DurationFlag{Name: "max-life", Usage: "end every session after this `TIME`, whatever was asked"},
		},
		HideHelpCommand: true,
		Action:          a.sandbox,
		Subcommands: []*cli.Command{
			a.sandboxCodeCommand(), a.sandboxCallsCommand(), a.sandboxAdvanceCommand(), a.sandboxGetCommand(),
		},
	}
}

func (a *app) sandbox(c *cli.Context) error {
	if c.NArg() > 0 {
		return unknownCommand("xrole sandbox", c.Args().First(), c.Command.Subcommands)
	}
	server, err := sandbox.Start(sandbox.Options{
		Offset: c.Duration("clock-offset"), MaxLife: c.Duration("max-life"), Canary: a.getenv("XROLE_SANDBOX_CANARY"),
	})
	if err != nil {
		return fault.New(fault.Other, "sandbox: %v", err).Because(err)
	}
	defer func() { _ = server.Close() }()
	scratch, err := os.MkdirTemp("", "xrole-sandbox-")
	if err != nil {
		return fault.New(fault.Other, "sandbox: %v", err).Because(err)
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	if err := server.WriteHome(scratch); err != nil {
		return fault.New(fault.Other, "sandbox: %v", err).Because(err)
	}
	inside := sandboxEnv(a.environ, scratch, server.URL(), server.Token().Reveal())
	argv := a.wrapped
	if len(argv) == 0 {
		argv = []string{a.shell()}
		a.say("sandbox", "AWS is at "+server.URL()+", exit ends it; `xrole sandbox --help` says what is there")
	}
	a.code, err = a.runChild(c.Context, argv, inside)
	// What the sandbox's sessions left in the keyring is of no use to anybody.
	left := newApp(a.in, a.out, a.err, inside)
	if store, openErr := left.store(c); openErr == nil {
		clean(context.WithoutCancel(c.Context), left, store)
	}
	if err != nil {
		return cantRun(argv[0], err)
	}
	return nil
}

func clean(ctx context.Context, left *app, store cache.Store) {
	records, err := left.state().List()
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var keys []cache.Key
	for _, r := range records {
		if k, ok := cache.KeyOfItem(r.Item); ok && r.Backend == store.Name() {
			keys = append(keys, k)
		}
	}
	if err := forget(ctx, store, keys); err != nil {
		left.warn(err)
	}
}

// sandboxEnv is the environment inside: nothing of the user's AWS is left, and
// everything that would be written to the home folder goes to the scratch one.
func sandboxEnv(environ []string, scratch, url, token string) []string {
	var inside []string
	for _, e := range environ {
		name, _, _ := strings.Cut(e, "=")
		if n := strings.ToUpper(name); strings.HasPrefix(n, "AWS_") || n == "XROLE_PROFILE" || n == "XROLE_MFA_TOKEN" {
			continue
		}
		inside = append(inside, e)
	}
	set := map[string]string{
		"AWS_CONFIG_FILE":             filepath.Join(scratch, ".aws", "config"),
		"AWS_SHARED_CREDENTIALS_FILE": filepath.Join(scratch, ".aws", "credentials"),
		"AWS_ENDPOINT_URL":            url,
		"AWS_EC2_METADATA_DISABLED":   "true",
		"AWS_PAGER":                   "",
		"XDG_STATE_HOME":              filepath.Join(scratch, "state"),
		"XDG_CACHE_HOME":              filepath.Join(scratch, "cache"),
		sandboxURL:                    url,
		sandboxToken:                  token,
	}
	// The macOS keychain is found through HOME.
	if runtime.GOOS != "darwin" {
		set["HOME"] = scratch
	}
	for name, value := range set {
		inside = append(inside, name+"="+value)
	}
	return inside
}

func (a *app) shell() string {
	if shell := a.getenv("SHELL"); shell != "" && runtime.GOOS != "windows" {
		return shell
	}
	if runtime.GOOS == "windows" {
		return "powershell"
	}
	return "/bin/sh"
}

// runChild runs a command to its end and returns its exit code. Signals from
// the terminal reach the child by themselves; it decides what they mean.
func (a *app) runChild(ctx context.Context, argv, environ []string) (int, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = environ, a.in, a.out, a.err
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	// A signal sent to us alone is passed on.
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Signal(os.Interrupt) })
	defer stop()
	err := cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if code := exit.ExitCode(); code >= 0 {
			return code, nil
		}
		return int(fault.Interrupted), nil
	}
	return 0, err
}
