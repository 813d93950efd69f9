package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/internal/sandbox"
)

// How a command inside the sandbox finds it.
const (
	sandboxURL   = "XROLE_SANDBOX_URL"
	sandboxToken = "XROLE_SANDBOX_TOKEN"
)

// clearTime is how long the sandbox may take to clear up behind itself.
const clearTime = 10 * time.Second

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
	a.code, err = a.runChild(argv, inside)
	// What the sandbox's sessions left in a keyring is of no use to anybody.
	left := newApp(a.in, a.out, a.err, inside)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Context), clearTime)
	defer cancel()
	if err := left.forgetNoted(ctx); err != nil {
		a.warn(err)
	}
	if err != nil {
		return cantRun(argv[0], err)
	}
	return nil
}

// sandboxEnv is the environment inside: nothing of the user's AWS is left, and
// everything that would be written to the home folder goes to the scratch one.
func sandboxEnv(environ []string, scratch, url, token string) []string {
	var inside []string
	for _, e := range environ {
		name, _, _ := strings.Cut(e, "=")
		if n := strings.ToUpper(name); strings.HasPrefix(n, "AWS_") || n == "XROLE_PROFILE" || n == tokenVariable {
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

// runChild runs a command to its end and returns its exit code as a shell
// would. Ctrl-C reaches the child by itself, being in the same terminal; what is
// sent to us alone is passed on.
func (a *app) runChild(argv, environ []string) (int, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = environ, a.in, a.out, a.err
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			if s != os.Interrupt {
				_ = cmd.Process.Signal(s) // it may have ended by now
			}
		case err := <-ended:
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				return 0, err
			}
			return exitCode(cmd.ProcessState), nil
		}
	}
}
