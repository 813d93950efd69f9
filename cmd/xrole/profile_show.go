package main

import (
	"bytes"
	"fmt"
	"sort"

	"github.com/urfave/cli/v2"
)

func (a *app) profileShowCommand() *cli.Command {
	return &cli.Command{
		Name:            "show",
		Usage:           "show one profile, and the way from its source to its role",
		ArgsUsage:       "NAME",
		Description:     "Secrets are left out.\n\nExamples:\n   xrole profile show prod\n   xrole profile show prod --json",
		Flags:           []cli.Flag{jsonFlag()},
		HideHelpCommand: true,
		Action:          a.profileShow,
	}
}

func (a *app) profileShow(c *cli.Context) error {
	name, set, err := a.oneName(c)
	if err != nil {
		return err
	}
	p, err := set.Profile(name)
	if err != nil {
		return err
	}
	v := view(set, p)
	if c.Bool("json") {
		return a.printJSON(v)
	}
	a.warnings(set, name)
	return a.print(v.text())
}

func (v profileView) text() []byte {
	var b bytes.Buffer
	_, _ = fmt.Fprintf(&b, "profile %s (%s:%d)\n", v.Name, v.File, v.Line)
	for i, h := range v.Chain {
		_, _ = fmt.Fprintf(&b, "%d. %s", i+1, h.Kind)
		if h.Profile != "" {
			_, _ = fmt.Fprintf(&b, ", profile %s", h.Profile)
		}
		b.WriteByte('\n')
		printSorted(&b, "   ", h.Settings)
	}
	if v.Error != "" {
		_, _ = fmt.Fprintf(&b, "error: %s\n", v.Error)
	}
	b.WriteString("properties\n")
	printSorted(&b, "   ", v.Properties)
	return b.Bytes()
}

func printSorted(b *bytes.Buffer, indent string, values map[string]string) {
	keys := make([]string, 0, len(values))
	for k := range values {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		_, _ = fmt.Fprintf(b, "%s%s = %s\n", indent, k, values[k])
	}
}
