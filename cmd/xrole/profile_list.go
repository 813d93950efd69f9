package main

import (
	"path"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/output"
	"github.com/xrole/xrole/pkg/profiles"
	"github.com/xrole/xrole/pkg/state"
)

func (a *app) profileListCommand() *cli.Command {
	return &cli.Command{
		Name:      "list",
		Usage:     "show the profiles that assume a role",
		ArgsUsage: "[PATTERN]",
		Description: "PATTERN is a part of the name, or the whole of it with *, ? and [a-z] as in a shell.\n" +
			"JSON has every profile of both files, as `profile show --json` prints it.\n\n" +
			"Examples:\n   xrole profile list\n   xrole profile list 'prod-*'\n   xrole profile list --all\n   xrole profile list --json",
		Flags:           []cli.Flag{&cli.BoolFlag{Name: "all", Usage: "show every profile of both files"}, jsonFlag()},
		HideHelpCommand: true,
		Action:          a.profileList,
	}
}

func (a *app) profileList(c *cli.Context) error {
	if c.NArg() > 1 {
		return fault.New(fault.Usage, "profile list takes one pattern, not %d", c.NArg()).WithHint("put it into quotes: xrole profile list 'prod-*'")
	}
	matches, err := nameFilter(c.Args().First())
	if err != nil {
		return err
	}
	set, err := a.profiles()
	if err == nil {
		set, err = set.Whole()
	}
	if err != nil {
		return err
	}
	all, errs := set.Profiles()
	if len(errs) > 0 {
		return errs[0]
	}
	every := c.Bool("all") || c.Bool("json")
	views := []profileView{}
	for _, p := range all {
		if !matches(p.Name) {
			continue
		}
		if v := view(set, p); every || v.isRole() {
			views = append(views, v)
		}
	}
	if c.Bool("json") {
		return a.printJSON(views)
	}
	return a.table(c, set, views)
}

// table prints the profiles for people, after what is to be said about them.
func (a *app) table(c *cli.Context, set *profiles.Set, views []profileView) error {
	names := make([]string, len(views))
	for i, v := range views {
		names[i] = v.Name
	}
	a.warnings(set, names...)
	if len(views) == 0 {
		switch pattern := c.Args().First(); {
		case pattern != "":
			return a.print([]byte("no profile matches " + pattern + "\n"))
		case c.Bool("all"):
			return a.print([]byte("no profiles\n"))
		}
		return a.print([]byte("no role profiles; xrole profile add writes one\n"))
	}
	left := a.timeLeft()
	rows := [][]string{{"PROFILE", "ACCOUNT", "ROLE", "SOURCE", "MFA", "REGION", "SESSION"}}
	for _, v := range views {
		rows = append(rows, append(v.row(), left(v)))
	}
	return a.print(output.Table(rows))
}

// timeLeft tells how long a profile's session lives, by xrole's notes alone. That
// of an edited profile's former role is not the profile's any more.
func (a *app) timeLeft() func(profileView) string {
	now := a.now()
	expires := make(map[string]time.Time)
	records, err := a.state().List()
	if err != nil {
		a.warn(a.notesFailed(err))
	}
	for _, r := range records {
		if r.Kind == state.Role && r.Expiration.After(now) {
			expires[r.Profile+"\n"+r.Role] = r.Expiration
		}
	}
	return func(v profileView) string {
		if end, ok := expires[v.Name+"\n"+v.role()]; ok {
			return output.TimeLeft(end, now)
		}
		return ""
	}
}

// nameFilter takes a part of a name, or a pattern for the whole of it in which *
// stands for slashes too.
func nameFilter(pattern string) (func(name string) bool, error) {
	if !strings.ContainsAny(pattern, "*?[") {
		return func(name string) bool { return strings.Contains(name, pattern) }, nil
	}
	flat := func(s string) string { return strings.ReplaceAll(s, "/", "\x00") }
	pattern = flat(pattern)
	if _, err := path.Match(pattern, ""); err != nil {
		return nil, fault.New(fault.Usage, "%q is not a pattern: %v", strings.ReplaceAll(pattern, "\x00", "/"), err).
			WithHint("xrole profile list 'prod-*'")
	}
	return func(name string) bool {
		ok, _ := path.Match(pattern, flat(name))
		return ok
	}, nil
}
