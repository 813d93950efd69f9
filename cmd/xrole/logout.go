package main

import (
	"context"
	"errors"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/cache"
	"github.com/xrole/xrole/pkg/profiles"
	"github.com/xrole/xrole/pkg/state"
)

func (a *app) logoutCommand() *cli.Command {
	return &cli.Command{
		Name:      "logout",
		Usage:     "forget sessions",
		ArgsUsage: "[PROFILE]",
		Description: "Forgets the role sessions of PROFILE and the MFA session behind them, so that the next\n" +
			"call asks for a code. Sessions of other profiles live on until they end.\n\n" +
			"Examples:\n   xrole logout prod\n   xrole logout --all",
		Flags:           []cli.Flag{&cli.BoolFlag{Name: "all", Usage: "forget every session that xrole keeps in this keyring"}},
		HideHelpCommand: true,
		Action:          a.logout,
	}
}

func (a *app) logout(c *cli.Context) error {
	if c.Bool("all") {
		if c.NArg() > 0 {
			return fault.New(fault.Usage, "either a profile or --all").WithHint("xrole logout --all")
		}
		return a.logoutAll(c)
	}
	chain, err := a.chosen(c)
	if err != nil {
		return a.logoutGone(c, err)
	}
	flow, err := a.flow(c)
	if err != nil {
		return err
	}
	keys, err := flow.Keys(chain)
	if err != nil {
		return err
	}
	store, err := a.store(c)
	if err != nil {
		return err
	}
	// The notes know the items of an edited profile's older sessions too.
	for _, n := range notesOf(chain) {
		if r, ok := a.state().Get(n.kind, n.profile); ok {
			if k, ok := cache.KeyOfItem(r.Item); ok {
				keys = append(keys, k)
			}
		}
	}
	if err := forget(c.Context, store, keys); err != nil {
		return err
	}
	for _, n := range notesOf(chain) {
		if err := a.state().Remove(n.kind, n.profile); err != nil {
			return a.notesFailed(err)
		}
	}
	return nil
}

// logoutGone forgets the session of a profile that is in no file any more.
func (a *app) logoutGone(c *cli.Context, cause error) error {
	name := c.Args().First()
	r, ok := a.state().Get(state.Role, name)
	if name == "" || !ok {
		return cause
	}
	store, err := a.store(c)
	if err != nil {
		return err
	}
	if k, ok := cache.KeyOfItem(r.Item); ok {
		if err := forget(c.Context, store, []cache.Key{k}); err != nil {
			return err
		}
	}
	return a.state().Remove(state.Role, name)
}

type note struct {
	kind    state.Kind
	profile string
}

// notesOf are the notes that a chain's sessions leave.
func notesOf(chain *profiles.Chain) []note {
	notes := []note{{state.Role, chain.Profile}, {state.MFA, chain.Source.Profile}}
	for _, h := range chain.Hops {
		notes = append(notes, note{state.Role, h.Profile})
	}
	return notes
}

func (a *app) logoutAll(c *cli.Context) error {
	store, err := a.store(c)
	if err != nil {
		return err
	}
	items, err := store.Items(c.Context)
	if err != nil {
		return err
	}
	var keys []cache.Key
	for _, item := range items {
		if k, ok := cache.KeyOfItem(item); ok {
			keys = append(keys, k)
		}
	}
	if err := forget(c.Context, store, keys); err != nil {
		return err
	}
	records, err := a.state().List()
	for _, r := range records {
		err = errors.Join(err, a.state().Remove(r.Kind, r.Profile))
	}
	if err != nil {
		return a.notesFailed(err)
	}
	return nil
}

func forget(ctx context.Context, store cache.Store, keys []cache.Key) error {
	for _, k := range keys {
		if err := store.Delete(ctx, k); err != nil && !errors.Is(err, cache.ErrMissing) {
			return err
		}
	}
	return nil
}
