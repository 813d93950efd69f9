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
	store, err := a.store(c)
	if err != nil {
		return err
	}
	behind := newSessions()
	name := c.Args().First()
	chain, err := a.chosen(c)
	if err == nil {
		name = chain.Profile
		err = a.addChain(c, behind, store.Name(), chain)
	}
	// The notes know the sessions of a profile that was edited since, or that
	// can't be read any more.
	_, noted := a.state().Get(state.Role, name)
	if err != nil && !noted {
		return err
	}
	if err := a.addNotes(behind, name, chain); err != nil {
		return err
	}
	return a.forget(c.Context, behind)
}

// sessions are what is to be forgotten: items by backend, and notes.
type sessions struct {
	keys  map[string][]cache.Key
	notes []state.Record
}

func newSessions() *sessions {
	return &sessions{keys: map[string][]cache.Key{}}
}

// addChain adds the sessions that a chain has as it stands now.
func (a *app) addChain(c *cli.Context, s *sessions, backend string, chain *profiles.Chain) error {
	flow, err := a.flow(c)
	if err != nil {
		return err
	}
	keys, err := flow.Keys(chain)
	s.keys[backend] = append(s.keys[backend], keys...)
	return err
}

// addNotes adds what the notes say of a profile, of the roles on its way and
// of the MFA session behind it.
func (a *app) addNotes(s *sessions, name string, chain *profiles.Chain) error {
	records, err := a.state().List()
	if err != nil {
		return a.notesFailed(err)
	}
	roles, mfaItems := map[string]bool{name: true}, map[string]bool{}
	if chain != nil {
		for _, h := range chain.Hops {
			roles[h.Profile] = true
		}
	}
	for _, r := range records {
		if r.Kind == state.Role && roles[r.Profile] {
			s.addNote(r)
			mfaItems[r.MFAItem] = true
		}
	}
	for _, r := range records {
		if r.Kind == state.MFA && (mfaItems[r.Item] || chain != nil && r.Profile == chain.Source.Profile) {
			s.addNote(r)
		}
	}
	return nil
}

func (s *sessions) addNote(r state.Record) {
	s.notes = append(s.notes, r)
	for _, item := range []string{r.Item, r.MFAItem} {
		if k, ok := cache.KeyOfItem(item); ok {
			s.keys[r.Backend] = append(s.keys[r.Backend], k)
		}
	}
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
	all := newSessions()
	for _, item := range items {
		if k, ok := cache.KeyOfItem(item); ok {
			all.keys[store.Name()] = append(all.keys[store.Name()], k)
		}
	}
	if err := a.forget(c.Context, all); err != nil {
		return err
	}
	return a.forgetNoted(c.Context)
}

// forget removes the items, each from the backend that has it, and then the
// notes: a session that could not be removed is still shown.
func (a *app) forget(ctx context.Context, s *sessions) error {
	for backend, keys := range s.keys {
		store, err := a.storeIn(backend)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if err := store.Delete(ctx, k); err != nil && !errors.Is(err, cache.ErrMissing) {
				return err
			}
		}
	}
	for _, r := range s.notes {
		if err := a.state().Remove(r.Kind, r.Profile); err != nil {
			return a.notesFailed(err)
		}
	}
	return nil
}

// forgetNoted forgets every session that there is a note of.
func (a *app) forgetNoted(ctx context.Context) error {
	records, err := a.state().List()
	if err != nil {
		return a.notesFailed(err)
	}
	all := newSessions()
	for _, r := range records {
		all.addNote(r)
	}
	return a.forget(ctx, all)
}
