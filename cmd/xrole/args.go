package main

import (
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/xrole/xrole/internal/fault"
)

// globalFlags stand anywhere on the command line before a "--".
func globalFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "keyring", Usage: "the `BACKEND` to keep sessions in, instead of the system's own (also XROLE_KEYRING)"},
		&cli.BoolFlag{Name: "debug", Usage: "say on stderr why things are done; never a secret"},
	}
}

// wrapping are the commands whose "--" is followed by another command line.
var wrapping = map[string]bool{"exec": true, "sandbox": true}

// arrange puts a command line into the one order that the library reads: flags
// that follow a positional argument would be taken for arguments, and ignored.
// Global flags go to the front, a command's own before its arguments. The
// command line that a wrapping command is to run comes back by itself.
func arrange(tree *cli.App, args []string) (arranged, wrapped []string, err error) {
	words, rest := args[1:], []string(nil)
	if len(words) > 1 && (words[0] == "help" || words[0] == "h") {
		words = append(words[1:len(words):len(words)], "--help") // the library knows one word behind help
	}
	for i, w := range words {
		if w == "--" {
			words, rest = words[:i], words[i+1:]
			break
		}
	}
	var global, path, flags, plain []string
	commands, known := tree.Commands, []cli.Flag(nil)
	for i := 0; i < len(words); i++ {
		w := words[i]
		if !strings.HasPrefix(w, "-") || w == "-" {
			if c := find(commands, w); c != nil && len(plain) == 0 {
				path, commands, known = append(path, w), c.Subcommands, c.Flags
			} else {
				plain = append(plain, w)
			}
			continue
		}
		into, f := &flags, findFlag(known, w)
		if f == nil {
			if f = findFlag(tree.Flags, w); f != nil {
				into = &global
			}
		}
		*into = append(*into, w)
		if f == nil || isBool(f) || strings.Contains(w, "=") {
			continue
		}
		if i+1 == len(words) {
			return nil, nil, fault.New(fault.Usage, "flag %s needs a value", w).WithHint("%s", helpFor(path))
		}
		i++
		*into = append(*into, words[i])
	}
	arranged = append([]string{args[0]}, global...)
	arranged = append(append(append(arranged, path...), flags...), plain...)
	if len(path) > 0 && wrapping[path[0]] {
		return arranged, rest, nil
	}
	if len(rest) > 0 {
		arranged = append(append(arranged, "--"), rest...)
	}
	return arranged, nil, nil
}

func helpFor(path []string) string {
	return strings.Join(append([]string{"xrole"}, append(path, "--help")...), " ")
}

func find(commands []*cli.Command, name string) *cli.Command {
	for _, c := range commands {
		if c.HasName(name) {
			return c
		}
	}
	return nil
}

func findFlag(flags []cli.Flag, word string) cli.Flag {
	name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
	for _, f := range flags {
		for _, n := range f.Names() {
			if n == name {
				return f
			}
		}
	}
	return nil
}

func isBool(f cli.Flag) bool {
	_, ok := f.(*cli.BoolFlag)
	return ok
}
