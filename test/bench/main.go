// Command bench measures xrole as its callers meet it: whole processes, from
// the fork to the exit, with one keyring backend.
//
//	bench -keyring BACKEND [-title TEXT] [-rounds N] [-bin DIR]
//
// DIR holds the programs xrole, baseline and empty. It prints Markdown: how
// long a warm `xrole credentials` takes against a program that only gets the
// same item with the same library, against itself with 10,000 profiles, and
// against `xrole env`; what `profile show` and `profile list` make of many profiles;
// and which calls a cold start makes.
//
// Every ratio is of medians taken in the same run, all commands in turn. It is
// a benchmark, not a test: a goal that is not kept is printed and nothing
// more. It fails where something could not be measured.
//
// AWS is the sandbox, in this process; the user's files are not touched. Of the
// keyring, it takes out again what it put in.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

func main() {
	var o options
	flag.StringVar(&o.backend, "keyring", "", "the keyring backend, as in XROLE_KEYRING")
	flag.StringVar(&o.title, "title", "", "the heading, the backend unless said otherwise")
	flag.StringVar(&o.bin, "bin", "bin", "the folder of xrole, baseline and empty")
	flag.IntVar(&o.rounds, "rounds", 60, "how often every command runs")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type options struct {
	backend string
	title   string
	bin     string
	rounds  int
}

// warmup is how many rounds go uncounted, for the page cache and the CPU.
const warmup = 3

// The goals: at most so many times the command it is compared with.
const (
	manyProfilesGoal = 1.5
	envGoal          = 1.1
	// listGoal is what ten times the profiles may cost where the time grows
	// with their number.
	listGoal = 10
)

var baselineGoal = map[string]float64{"secret-service": 1.4, "keyctl": 1.7}

func run(ctx context.Context, w io.Writer, o options) (err error) {
	if o.backend == "" || o.rounds < 1 || flag.NArg() > 0 {
		return fmt.Errorf("usage: bench -keyring BACKEND [-title TEXT] [-rounds N] [-bin DIR]")
	}
	if o.title == "" {
		o.title = o.backend
	}
	f, err := newFixture(ctx, o)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := f.close(context.WithoutCancel(ctx)); err == nil {
			err = cerr
		}
	}()

	counts, item, err := f.coldStarts(ctx)
	if err != nil {
		return err
	}
	rows, err := f.warmRuns(ctx, o, item)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "### %s, %d rounds\n\n%s\n\n", o.title, o.rounds, machine())
	if s := rows[0].sample; s.quantile(0.9) > 2*s.quantile(0.1) {
		fmt.Fprint(w, "The machine was busy meanwhile (see the empty program): take these for rough.\n\n")
	}
	writeTimes(w, rows)
	fmt.Fprintln(w)
	writeCalls(w, counts)
	return nil
}

// warmRuns measures what finds its session in the keyring.
func (f *fixture) warmRuns(ctx context.Context, o options, item string) ([]row, error) {
	few, err := f.configWith(10)
	if err != nil {
		return nil, err
	}
	many, err := f.configWith(10_000)
	if err != nil {
		return nil, err
	}
	hundred, err := f.configWith(100)
	if err != nil {
		return nil, err
	}
	thousand, err := f.configWith(1_000)
	if err != nil {
		return nil, err
	}
	list := []string{"profile", "list", "--json"}
	credentials, show := f.xrole(few, "credentials", warmProfile), f.xrole(few, "profile", "show", warmProfile)
	// What is compared is taken in turn, and nothing else with it: a list of
	// 10,000 profiles between two short runs would empty the processor's caches
	// under the second, and that is what would be measured.
	var s [4][]sample
	for i, group := range [][]command{
		{{"an empty Go program", []string{f.program("empty")}, f.env}, f.baseline(item), credentials, f.xrole(few, "env", warmProfile, "--shell", "sh")},
		{credentials, f.xrole(many, "credentials", warmProfile)},
		{show, f.xrole(many, "profile", "show", warmProfile)},
		{f.xrole(hundred, list...), f.xrole(thousand, list...), f.xrole(many, list...)},
	} {
		rounds := o.rounds
		if i == 3 {
			rounds = (rounds + 3) / 4 // long runs scatter less
		}
		if s[i], err = interleave(ctx, group, warmup, rounds); err != nil {
			return nil, err
		}
	}
	return []row{
		{name: "an empty Go program", sample: s[0][0]},
		{name: "the keyring library alone, same item", sample: s[0][1]},
		{"`xrole credentials`, 10 profiles", s[0][2], s[0][1], "the library alone", baselineGoal[o.backend]},
		{"`xrole env`, 10 profiles", s[0][3], s[0][2], "`xrole credentials`", envGoal},
		{"`xrole credentials`, 10,000 profiles", s[1][1], s[1][0], "10 profiles", manyProfilesGoal},
		{name: "`xrole profile show NAME`, 10 profiles", sample: s[2][0]},
		{"`xrole profile show NAME`, 10,000 profiles", s[2][1], s[2][0], "10 profiles", manyProfilesGoal},
		{name: "`xrole profile list --json`, 100 profiles", sample: s[3][0]},
		{"`xrole profile list --json`, 1,000 profiles", s[3][1], s[3][0], "100 profiles", listGoal},
		{"`xrole profile list --json`, 10,000 profiles", s[3][2], s[3][1], "1,000 profiles", listGoal},
	}, nil
}
