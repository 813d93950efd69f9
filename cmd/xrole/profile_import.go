package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/profiles"
	"github.com/xrole/xrole/pkg/team"
)

func (a *app) profileImportCommand() *cli.Command {
	return &cli.Command{
		Name:      "import",
		Usage:     "take over the role profiles that a team shares, or what changed in them",
		ArgsUsage: "FILE|-|https://URL",
		Description: "Shows the change of the config file and asks before it is made. What the team has taken out of its\n" +
			"file is removed; what did not come from this team stays as it is. docs/team.md describes the file.\n\n" +
			"Examples:\n   xrole profile import analysts.ini\n   xrole profile import https://intranet.example/analysts.ini --source-profile me\n" +
			"   git show HEAD:analysts.ini | xrole profile import - --map dev=me --yes",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "source-profile", Usage: "your `PROFILE` that stands for every source profile of the team's file"},
			&cli.StringSliceFlag{Name: "map", Usage: "`TEAM=LOCAL`: your profile LOCAL stands for the team's source profile TEAM; may be repeated"},
			&cli.StringFlag{Name: "prefix", Usage: "put `TEXT` before the names of new profiles (default: as at the last import)"},
			&cli.BoolFlag{Name: "yes", Usage: "do not ask"},
			dryRunFlag(),
		},
		HideHelpCommand: true,
		Action:          a.profileImport,
	}
}

// teamImport is an import at work.
type teamImport struct {
	path    string // of the config file
	file    *team.File
	options team.Options
	after   *profiles.Set // the last merge
}

func (a *app) profileImport(c *cli.Context) error {
	if c.NArg() != 1 {
		return fault.New(fault.Usage, "profile import takes one file").WithHint("xrole profile import --help")
	}
	o, err := a.importOptions(c)
	if err != nil {
		return err
	}
	from, data, err := a.teamFile(c.Context, c.Args().First())
	if err != nil {
		return err
	}
	file, err := team.Parse(from, data)
	if err != nil {
		return err
	}
	set, err := a.profiles()
	if err != nil {
		return err
	}
	job := &teamImport{path: a.files().Config, file: file, options: o}
	if err := a.importSources(c.Context, set, job); err != nil {
		return err
	}
	old := bytes.Clone(set.ConfigBytes())
	result, err := job.merge(set, old)
	if err != nil {
		return err
	}
	for _, w := range result.Warnings {
		a.say("warning", w)
	}
	a.warnings(job.after, result.All...)
	return a.writeImport(c, set, job, old, result)
}

// writeImport shows the change, asks, and makes it.
func (a *app) writeImport(c *cli.Context, set *profiles.Set, job *teamImport, old []byte, result *team.Result) error {
	diff := profiles.Diff(job.path, old, result.Config)
	switch {
	case c.Bool("dry-run"):
		return a.print([]byte(diff))
	case diff == "":
		return a.print(fmt.Appendf(nil, "team %q: nothing to change in %s\n", job.file.Team, job.path))
	case !c.Bool("yes"):
		if err := a.confirm(c.Context, diff+"Write this to "+job.path+"? [y/N]: "); err != nil {
			return err
		}
	}
	err := profiles.Update(c.Context, job.path, a.lockDir(), func(now []byte) ([]byte, error) {
		if bytes.Equal(now, old) {
			return result.Config, nil
		}
		if !c.Bool("yes") { // what was shown is not what it would be
			return nil, fault.New(fault.Config, "%s was changed in the meantime", job.path).WithHint("import again")
		}
		again, err := job.merge(set, now)
		if err != nil {
			return nil, err
		}
		result = again
		return again.Config, nil
	})
	if err != nil {
		return err
	}
	return a.print(fmt.Appendf(nil, "team %q: %d added, %d changed, %d removed in %s\n",
		job.file.Team, len(result.Added), len(result.Changed), len(result.Removed), job.path))
}

// merge works out the new config file, in which every profile of the team must
// lead from its source to its role.
func (j *teamImport) merge(set *profiles.Set, config []byte) (*team.Result, error) {
	before, err := set.WithConfig(config)
	if err != nil {
		return nil, err
	}
	j.options.Exists = exists(before)
	result, err := j.file.Merge(j.path, config, j.options)
	if err != nil {
		return nil, err
	}
	after, err := set.WithConfig(result.Config)
	if err != nil {
		return nil, err
	}
	if j.after, err = after.Whole(); err != nil {
		return nil, err
	}
	for _, name := range result.All {
		if _, err := j.after.Chain(name); err != nil {
			return nil, fault.New(fault.Config, "nothing was written, because it would not work: %v", err).
				WithHint("correct it in the team's file, or choose another profile for its source with --map").Because(err)
		}
	}
	return result, nil
}

func exists(set *profiles.Set) func(string) bool {
	names := make(map[string]bool)
	for _, name := range set.Names() {
		names[name] = true
	}
	return func(name string) bool { return names[name] }
}

// importOptions reads the flags.
func (a *app) importOptions(c *cli.Context) (team.Options, error) {
	o := team.Options{
		Prefix: c.String("prefix"), Source: c.String("source-profile"), Sources: make(map[string]string),
		Command: func(name string) (string, error) { return processLine(a.program, name) },
	}
	if o.Prefix != "" {
		if err := profiles.ProfileName(o.Prefix); err != nil {
			return o, fault.New(fault.Usage, "%q can't be the beginning of a profile's name: letters, digits and _-/.%%@:+ only, and no dash in front", o.Prefix)
		}
	}
	for _, pair := range c.StringSlice("map") {
		name, local, found := strings.Cut(pair, "=")
		if !found || name == "" || local == "" {
			return o, fault.New(fault.Usage, "%q is no TEAM=LOCAL", pair).WithHint("--map dev=my-profile")
		}
		o.Sources[name] = local
	}
	return o, nil
}

// importSources asks what stands for the sources for which nothing does, and checks
// those that were named. Where nobody can be asked, the import itself says
// which flag would answer.
func (a *app) importSources(ctx context.Context, set *profiles.Set, job *teamImport) error {
	job.options.Exists = exists(set)
	missing, err := job.file.Missing(job.path, set.ConfigBytes(), job.options)
	if err != nil {
		return err
	}
	for _, name := range missing {
		q := sourceQuestion(sourcesIn(set))
		q.text = fmt.Sprintf("The source profile that team %q calls %q: which of yours is it?\n%s", job.file.Team, name, q.text)
		answer, _, err := a.answer(ctx, q)
		if err != nil {
			return err
		}
		if answer == "" {
			break
		}
		job.options.Sources[name] = answer
	}
	given := []string{job.options.Source}
	for _, name := range job.file.Sources() {
		given = append(given, job.options.Sources[name])
	}
	for _, name := range given {
		if name == "" {
			continue
		}
		if _, err := set.Profile(name); err != nil {
			return err
		}
	}
	return nil
}

// confirm asks whether to do what is shown.
func (a *app) confirm(ctx context.Context, text string) error {
	answer, asked, err := a.answer(ctx, question{flag: "--yes", text: text, optional: true})
	switch {
	case err != nil:
		return err
	case !asked:
		return fault.New(fault.Person, "nothing was written: there is no terminal to ask on").
			WithHint("--dry-run shows what would be written, --yes writes it")
	case strings.EqualFold(answer, "y"), strings.EqualFold(answer, "yes"):
		return nil
	}
	return fault.New(fault.Person, "nothing was written: the answer was not yes")
}

// answer asks on the terminal, where there is one. An empty answer is one too.
func (a *app) answer(ctx context.Context, q question) (answer string, asked bool, err error) {
	answer, err = a.inquire(ctx, q)
	var e *fault.Error
	if errors.As(err, &e) && e.Kind == fault.Usage { // its cause is that the terminal can't be opened
		return "", e.Err == nil, nil
	}
	return answer, true, err
}
