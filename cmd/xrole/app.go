package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/user"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/internal/guess"
	"github.com/xrole/xrole/pkg/profiles"
)

// app is one run of the program: everything it takes from its surroundings.
type app struct {
	in       io.Reader
	out, err io.Writer
	environ  []string
	env      map[string]string
	now      func() time.Time
	// program is the path under which the user runs xrole, for the profiles.
	program string
	debug   bool
	// wrapped is the command line behind "--", for `exec` and `sandbox`.
	wrapped []string
	// code is what `exec` and `sandbox` return: their child's own.
	code int
	// warned are the warnings that were given.
	warned map[string]bool
}

func newApp(in io.Reader, out, errs io.Writer, environ []string) *app {
	a := &app{in: in, out: out, err: errs, environ: environ, env: map[string]string{}, now: time.Now, warned: map[string]bool{}}
	for _, e := range environ {
		if name, value, ok := strings.Cut(e, "="); ok {
			a.env[envName(name)] = value
		}
	}
	return a
}

func (a *app) getenv(name string) string { return a.env[envName(name)] }

// run executes one command line and returns the exit code.
func (a *app) run(ctx context.Context, args []string) int {
	a.program = args[0]
	tree := a.cli()
	args, wrapped, err := arrange(tree, args)
	a.wrapped = wrapped
	if err == nil {
		err = tree.RunContext(ctx, args)
	}
	var own *fault.Error
	var exit cli.ExitCoder
	if !errors.As(err, &own) && errors.As(err, &exit) {
		// The library's own way to say that there is no such command to help with.
		// An error of ours may have a cause that looks like it: a command's exit code.
		err = unknownCommand("xrole", args[len(args)-1], tree.Commands)
	}
	if err != nil {
		return a.fail(ctx, err)
	}
	return a.code
}

func (a *app) cli() *cli.App {
	usage := func(c *cli.Context, err error, _ bool) error { return wrongFlag(c, err) }
	tree := &cli.App{
		Name:            "xrole",
		Usage:           "short-lived AWS credentials for roles in other accounts",
		Version:         release(),
		Writer:          a.out,
		ErrWriter:       a.err,
		OnUsageError:    usage,
		ExitErrHandler:  func(*cli.Context, error) {},
		Flags:           globalFlags(),
		HideHelpCommand: false,
		// A comma may stand in the name of a policy.
		DisableSliceFlagSeparator: true,
		Before:                    func(c *cli.Context) error { a.debug = c.Bool("debug"); return nil },
		Action:                    a.noCommand,
		Commands: []*cli.Command{
			a.profileCommand(), a.loginCommand(), a.credentialsCommand(), a.envCommand(), a.execCommand(),
			a.statusCommand(), a.logoutCommand(), a.sandboxCommand(),
		},
		CustomAppHelpTemplate: appHelp,
	}
	for _, c := range tree.Commands {
		c.OnUsageError = usage
		for _, s := range c.Subcommands {
			s.OnUsageError = usage
		}
	}
	return tree
}

// noCommand is what runs when the first word is no command.
func (a *app) noCommand(c *cli.Context) error {
	if c.NArg() == 0 {
		return cli.ShowAppHelp(c)
	}
	return unknownCommand("xrole", c.Args().First(), c.App.Commands)
}

// unknownCommand is about a word after parent that is none of the known.
func unknownCommand(parent, word string, known []*cli.Command) error {
	e := fault.New(fault.Usage, "unknown command %q", strings.TrimPrefix(parent+" "+word, "xrole "))
	names := make([]string, 0, len(known))
	for _, k := range known {
		names = append(names, k.Name)
	}
	if near := guess.Nearest(word, names); near != "" {
		return e.WithHint("did you mean `%s %s`?", parent, near)
	}
	return e.WithHint("%s --help", parent)
}

// wrongFlag says what the library found wrong with a command's flags.
func wrongFlag(c *cli.Context, err error) error {
	word, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !unknown {
		return fault.New(fault.Usage, "%v", err).WithHint("%s --help", c.Command.HelpName)
	}
	var names []string
	for _, f := range slices.Concat(c.Command.Flags, c.App.Flags) {
		names = append(names, f.Names()[0])
	}
	e := fault.New(fault.Usage, "unknown flag %q", "--"+strings.TrimPrefix(word, "-"))
	if near := guess.Nearest(word, names); near != "" {
		return e.WithHint("did you mean --%s?", near)
	}
	return e.WithHint("%s --help", c.Command.HelpName)
}

// fail prints the error the one way in which errors are printed, and returns
// the exit code.
func (a *app) fail(ctx context.Context, err error) int {
	if ctx.Err() != nil && fault.KindOf(err) == fault.Other {
		err = fault.New(fault.Interrupted, "interrupted").Because(err)
	}
	a.say("error", err.Error())
	var e *fault.Error
	if errors.As(err, &e) {
		if e.Hint != "" {
			a.say("hint", e.Hint)
		}
		if e.Err != nil {
			a.debugf("caused by: %v", e.Err)
		}
	}
	return int(fault.KindOf(err))
}

// say writes one line to stderr.
func (a *app) say(what, text string) {
	_, _ = fmt.Fprintf(a.err, "xrole: %s: %s\n", what, strings.ReplaceAll(strings.TrimSpace(text), "\n", " "))
}

// warn says what went wrong without keeping the product back, once.
func (a *app) warn(err error) {
	if a.warned[err.Error()] {
		return
	}
	a.warned[err.Error()] = true
	a.say("warning", err.Error())
	var e *fault.Error
	if errors.As(err, &e) && e.Hint != "" {
		a.say("hint", e.Hint)
	}
}

// debugf tells the reason of something under --debug. No secret is ever its
// argument: credentials print as "[redacted]".
func (a *app) debugf(format string, args ...any) {
	if a.debug {
		a.say("debug", fmt.Sprintf(format, args...))
	}
}

// print writes the product to stdout in one piece.
func (a *app) print(product []byte) error {
	if _, err := a.out.Write(product); err != nil {
		return fault.New(fault.Other, "stdout: %v", err).Because(err)
	}
	return nil
}

func (a *app) home() string {
	if home := profiles.Home(a.getenv, runtime.GOOS); home != "" {
		return home
	}
	// Without HOME, as in a service or under env -i, the account still has one.
	if u, err := user.Current(); err == nil {
		return u.HomeDir
	}
	return ""
}
