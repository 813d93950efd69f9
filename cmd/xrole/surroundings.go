package main

import (
	"context"
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/cache"
	"github.com/xrole/xrole/pkg/credentials"
	"github.com/xrole/xrole/pkg/mfa"
	"github.com/xrole/xrole/pkg/profiles"
	"github.com/xrole/xrole/pkg/session"
	"github.com/xrole/xrole/pkg/state"
)

// tokenVariable gives a code where --mfa-token does not.
const tokenVariable = "XROLE_MFA_TOKEN"

// tokenFlag is the one way to give a code on the command line.
func tokenFlag() cli.Flag {
	return &cli.StringFlag{Name: "mfa-token", Usage: "the MFA `CODE`, or - to read it from standard input (also " + tokenVariable + ")"}
}

func envName(name string) string {
	if runtime.GOOS == "windows" {
		return strings.ToUpper(name)
	}
	return name
}

func (a *app) files() profiles.Files { return profiles.Locate(a.getenv, a.home()) }

func (a *app) profiles() (*profiles.Set, error) {
	if a.home() == "" {
		return nil, fault.New(fault.Config, "there is no home folder to find the AWS files in").WithHint("set HOME")
	}
	return profiles.Load(a.files())
}

func (a *app) state() state.Dir { return state.Dir(filepath.Join(a.stateDir(), "sessions")) }

// notesFailed is about the folder of the notes that status shows.
func (a *app) notesFailed(err error) error {
	return fault.New(fault.Other, "xrole's notes: %v", err).
		WithHint("make %s a folder that you can write to", a.state()).Because(err)
}

func (a *app) store(c *cli.Context) (cache.Store, error) {
	backend := c.String("keyring")
	if backend == "" {
		backend = a.getenv("XROLE_KEYRING")
	}
	return a.storeIn(backend)
}

// storeIn opens a backend by name; "" chooses.
func (a *app) storeIn(backend string) (cache.Store, error) {
	return cache.Open(cache.Options{
		Backend: backend, Getenv: a.getenv, StateDir: a.stateDir(), Now: a.now,
		Passphrase: a.passphrase,
		Debug:      func(s string) { a.debugf("%s", s) },
	})
}

// flow puts the parts of a session together.
func (a *app) flow(c *cli.Context) (*session.Flow, error) {
	store, err := a.store(c)
	if err != nil {
		return nil, err
	}
	return &session.Flow{
		Store:       store,
		Locks:       cache.Locks{Dir: a.lockDir()},
		Asker:       a.asker(c),
		State:       a.state(),
		Getenv:      a.getenv,
		Now:         a.now,
		SessionName: a.sessionName,
		Files:       a.files(),
		NewSTS:      session.NewSTS(release()),
		Warn:        a.warn,
		Debug:       a.debugf,
	}, nil
}

// asker chooses how a code is asked for: what the user gave wins over the
// profile's command, and that over the terminal.
func (a *app) asker(c *cli.Context) func(process string) mfa.Asker {
	return func(process string) mfa.Asker {
		token := c.String("mfa-token")
		if token == "" {
			token = a.getenv(tokenVariable)
		}
		switch {
		case token == "-":
			return mfa.NewReader(a.in)
		case token != "":
			return mfa.NewFixed(token)
		case process != "":
			return mfa.NewCommand(process, mfa.CommandOptions{Env: a.environ})
		}
		return a.terminal()
	}
}

// passphrase unlocks the file backend.
func (a *app) passphrase(ctx context.Context) (string, error) {
	given, err := a.terminal().Secret(ctx, "Passphrase of xrole's keyring file: ")
	switch {
	case errors.Is(err, mfa.ErrDeclined):
		err = fault.New(fault.Person, "the keyring file needs its passphrase, and none was given").
			WithHint("try again, or choose another keyring with --keyring").Because(err)
	case fault.KindOf(err) == fault.Person:
		err = fault.New(fault.Person, "the keyring file needs its passphrase: %v", err).
			WithHint("run it in a terminal, or choose another keyring with --keyring").Because(err)
	}
	return given, err
}

func (a *app) terminal() *mfa.Terminal {
	return mfa.NewTerminal(mfa.TerminalOptions{LockDir: a.lockDir()})
}

func (a *app) sessionName() string {
	name := a.getenv("USER")
	if name == "" {
		if u, err := user.Current(); err == nil {
			name = u.Username
		}
	}
	host, _ := os.Hostname() // an empty name is legal, and said so in CloudTrail
	return session.DefaultName(name, host)
}

// chosen is the profile that a command is about: its one argument, or
// $AWS_PROFILE where that names a profile with a role.
func (a *app) chosen(c *cli.Context) (*profiles.Chain, error) {
	if c.NArg() > 1 {
		return nil, fault.New(fault.Usage, "one profile at a time, not %d", c.NArg()).WithHint("xrole %s --help", c.Command.Name)
	}
	set, err := a.profiles()
	if err != nil {
		return nil, err
	}
	if c.NArg() == 1 { // an empty name is a variable that was not set, and no profile
		return set.Chain(c.Args().First())
	}
	if name := a.getenv("AWS_PROFILE"); name != "" {
		chain, err := set.Chain(name)
		if err != nil {
			return nil, err
		}
		if len(chain.Hops) > 0 {
			return chain, nil
		}
		return nil, fault.New(fault.Usage, "no profile given, and AWS_PROFILE names %q, which has no role", name).
			WithHint("xrole %s PROFILE; xrole profile list shows them", c.Command.Name)
	}
	return nil, fault.New(fault.Usage, "no profile given").WithHint("xrole %s PROFILE; xrole profile list shows them", c.Command.Name)
}

// get is what credentials, env and exec have in common.
func (a *app) get(c *cli.Context, o session.Options) (*profiles.Chain, credentials.Credentials, error) {
	chain, err := a.chosen(c)
	if err != nil {
		return nil, credentials.Credentials{}, err
	}
	flow, err := a.flow(c)
	if err != nil {
		return nil, credentials.Credentials{}, err
	}
	got, err := flow.Credentials(c.Context, chain, o)
	return chain, got, err
}
